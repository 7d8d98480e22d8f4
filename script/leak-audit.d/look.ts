import type { Run } from '../../__tests__/support/runner/types.ts'
import type { Hit, PlaceId } from './places.ts'
import { folderPrefix } from './round.ts'
import { findLandmarks, searchDocker } from './search/docker.ts'
import { searchFilesAfter, searchFilesDuring } from './search/files.ts'
import { searchOpenFiles } from './search/open-files.ts'
import { searchProc } from './search/proc.ts'
import type { Tokens } from './search/tokens.ts'

export type Scene = {
  readonly stamp: string
  readonly tags: readonly string[]
  readonly nodes: readonly string[]
}

/** What is there while the builds wait with the token at hand, and the key has been read. */
export const lookDuring = async (
  tokens: Tokens,
  { stamp, tags, nodes }: Scene,
  steps: readonly number[],
): Promise<readonly Hit[]> => [
  ...searchProc(tokens),
  ...searchOpenFiles(tokens, steps),
  ...(await searchDocker(tokens, 'build', { tags, prefix: folderPrefix })),
  ...(await searchFilesDuring(tokens, stamp, await findLandmarks(nodes))),
]

/** What a step printed to the runner, without the masks that it asked for: they hold the token. */
const printedBy = ({ rawStdout, rawStderr }: Run): string =>
  `${rawStdout}\n${rawStderr}`
    .split(/\r\n|\r|\n/)
    .filter((line) => !/^::add-mask::/i.test(line))
    .join('\n')

const lookIntoRun = (tokens: Tokens, run: Run): readonly Hit[] => {
  const texts: readonly (readonly [place: PlaceId, text: string])[] = [
    ['output', JSON.stringify(run.outputs)],
    ['state', JSON.stringify(run.state)],
    ['env', JSON.stringify([run.envFile, run.pathFile])],
    ['summary', run.summary],
    ['log', run.log],
    ['printed', printedBy(run)],
  ]
  return texts.flatMap(([place, text]) =>
    tokens.waysIn(text).map((way): Hit => {
      const goes = place === 'output' || place === 'state' || place === 'env'
      return { way, place, moment: goes ? 'job' : 'stays', where: run.trackingId }
    }),
  )
}

/**
 * What is left when the jobs have ended, before the runner clears their temp folders.
 *
 * @param before what was found while the builds ran; the scene's stamp is of that time
 */
export const lookAfter = async (
  tokens: Tokens,
  { stamp, tags, nodes }: Scene,
  runs: readonly Run[],
  before: readonly Hit[],
): Promise<readonly Hit[]> => [
  ...runs.flatMap((run) => lookIntoRun(tokens, run)),
  ...(await searchDocker(tokens, 'stays', { tags, prefix: folderPrefix })),
  ...(await searchFilesAfter(tokens, stamp, await findLandmarks(nodes), before)),
]
