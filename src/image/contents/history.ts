import { attempt } from '../../failure.ts'
import { toLine } from '../../text/to-line.ts'
import type { LayerOrigin } from '../layer-origin.ts'
import { hideTokens } from '../tokens.ts'

type Config = {
  readonly history?: readonly { readonly created_by?: unknown; readonly empty_layer?: unknown }[]
}

/** Longer ones are data that somebody wrote into a command. */
const longest = 10_000

const withoutEnd = (text: string, end: string): string =>
  text.endsWith(end) ? text.slice(0, -end.length).trimEnd() : text

/**
 * An instruction as a Dockerfile would have it. The values of build arguments, which stand before the shell,
 * go: they may be secret.
 */
export const toInstruction = (createdBy: string): string => {
  const whole = hideTokens(createdBy).slice(0, longest).trim()
  const text = withoutEnd(whole, '# buildkit').replace(/^\/bin\/sh -c #\(nop\)\s*/, '')
  const [, withArguments] = /^(?:RUN )?(\|\d+ .*)$/s.exec(text) ?? []
  if (withArguments === undefined)
    return toLine(text.replace(/^(?:RUN )?\/bin\/(?:ba)?sh -c /, 'RUN '))
  const [mark = ''] = / -[a-z]{0,8}c /.exec(withArguments) ?? []
  const shell = mark === '' ? -1 : withArguments.indexOf(mark)
  return shell < 0 ? 'RUN' : toLine(`RUN ${withArguments.slice(shell + mark.length)}`)
}

/** What made each layer, as far as the image's own history tells it. */
export const toHistoryOrigins = (config: string, layers: number): readonly LayerOrigin[] => {
  const { history = [] } = attempt(() => JSON.parse(config) as Config) ?? {}
  const entries = Array.isArray(history) ? history : []
  const made = entries.filter((entry) => entry?.empty_layer !== true)
  return Array.from({ length: layers }, (_, at) => {
    const createdBy = made.length === layers ? made[at]?.created_by : undefined
    const instruction = typeof createdBy === 'string' ? toInstruction(createdBy) : ''
    return {
      instruction: instruction === '' ? undefined : instruction,
      location: undefined,
      isBase: false,
      packedBytes: undefined,
    }
  })
}
