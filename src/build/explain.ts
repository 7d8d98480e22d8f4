import { saysNoSpace } from '../docker/disk-full.ts'
import { Failure } from '../failure.ts'
import { neutralise } from '../host/log-fence.ts'
import { toLine } from '../text/to-line.ts'
import { findCacheRemedy, toCacheKind } from './cache-failures.ts'
import type { BuildEvent } from './event.ts'
import { findCause, findFailedPlace, findFailedStep } from './failed-step.ts'
import { findRefusalRemedy, tellsLostLayer } from './remedies.ts'
import { shortenInstruction } from './render-event.ts'
import { findTransient } from './transient.ts'

/** What failed, and where its Dockerfile is. */
export type FailedBuild = {
  readonly name: string
  /** Relative to the workspace; undefined where it is no file of this machine. */
  readonly dockerfile: string | undefined
}

/**
 * BuildKit's last word, without what each layer of it has put before. A registry's own words and Git's are in
 * lines of their own; buildx ends with an empty one.
 */
const findReason = (log: readonly string[]): string | undefined => {
  const isError = (text: string): boolean => text.startsWith('ERROR: ')
  const last = log.findLastIndex(isError)
  if (last < 0) return undefined
  // By SSH, GitHub's answer begins so, too, below the line that names the repository.
  const before = log.lastIndexOf('', last)
  const start = log.findIndex((text, at) => at > before && isError(text))
  const end = log.indexOf('', start)
  return log
    .slice(start, end < 0 ? undefined : end)
    .join('\n')
    .replace(/^ERROR: (failed to build: )?(failed to solve: )?/, '')
    .replace(/^failed to compute cache key: /, '')
    .replace(/failed to calculate checksum of ref \S+: /, '')
    .trim()
}

/** A build that failed as a layer is gone, mostly one that a cache had promised. */
export class LostLayerFailure extends Failure {}

/** 128 and SIGKILL's 9, as BuildKit and programs that start others tell it. */
const wasKilled = /\bexit code: 137\b|\bsignal: killed\b/

/** The docker driver's and the exporter's own words. */
const hasSeveralPlatforms = /exporting manifest lists|Multi-platform build is not supported/

const platformsRemedy =
  "Docker's store here holds an image for one platform: set that alone (bake-set: TARGET.platform=linux/amd64), or use Docker's containerd image store."

const usualRemedy = "The build's log has all that the instruction printed."

const killedRemedy =
  "Something of it was killed, mostly by the kernel as memory ran out; the last line of this job's post step counts such kills. Build fewer images at once (parallel: 1), have the step use less, or take a larger runner."

const remedyFor = (reason: string, instruction: string): string => {
  const ofCache = toCacheKind(instruction) && findCacheRemedy(reason)
  if (ofCache !== undefined) return ofCache
  if (hasSeveralPlatforms.test(reason)) return platformsRemedy
  return wasKilled.test(reason) ? killedRemedy : (findRefusalRemedy(reason) ?? usualRemedy)
}

/**
 * A build that failed, said in one line: the image, the instruction, and the line of its output that
 * says why. The annotation is at the Dockerfile's line.
 */
export const explainBuildFailure = (
  { name, dockerfile }: FailedBuild,
  code: number | null,
  log: readonly BuildEvent[],
): Failure => {
  const said = log.flatMap((event) => (event.kind === 'text' ? [event.text] : []))
  const printed = log.flatMap((event) => (event.kind === 'output' ? [event.text] : []))
  const reason = findReason(said) ?? `exit code ${code ?? 'none (ended by a signal)'}`
  const step = findFailedStep(log)
  const found = findFailedPlace(said)
  const location = found && { file: dockerfile ?? found.file, line: found.line }
  const exitCode = /did not complete successfully: exit code: (\d+)/.exec(reason)?.[1]
  const cause = exitCode === undefined ? reason : findCause(step?.output ?? [])
  // A program in a RUN may have said it, of which BuildKit tells no more than its exit code.
  const full =
    [...said, ...printed].some(saysNoSpace) && !saysNoSpace(cause ?? '')
      ? ': no space left on device'
      : ''
  const what = step === undefined ? 'the build' : shortenInstruction(step.instruction)
  const ending = exitCode === undefined ? 'failed' : `exited with ${exitCode}`
  const told = cause === undefined ? '' : `: ${toLine(cause)}`
  const at = location === undefined ? '' : `${location.file}:${location.line}. `
  const BuildFailure = tellsLostLayer(reason) ? LostLayerFailure : Failure
  return new BuildFailure(neutralise(toLine(`${name}: ${what} ${ending}`) + told + full), {
    remedy: neutralise(`${at}${remedyFor(reason, step?.instruction ?? '')}`),
    location: dockerfile === undefined ? undefined : location,
    transient: findTransient(reason, step?.output ?? []),
  })
}
