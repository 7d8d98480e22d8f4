import { saysNoSpace } from '../disk/no-space.ts'
import { Failure } from '../failure.ts'
import { neutralise } from '../host/log-fence.ts'

/** BuildKit's last word, such as `failed to solve: process "..." did not complete: exit code: 1`. */
const findReason = (tail: readonly string[]): string | undefined => {
  const line = tail.findLast((text) => text.startsWith('ERROR: '))
  return line?.slice('ERROR: '.length).trim()
}

/** `Dockerfile:12` as BuildKit prints it above the lines that it quotes. */
const findPlace = (tail: readonly string[]): string | undefined =>
  tail.findLast((line) => /^\S.*:\d+$/.test(line) && !line.startsWith('#'))

/** 128 and SIGKILL's 9, as BuildKit and programs that start others tell it. */
const wasKilled = /\bexit code: 137\b|\bsignal: killed\b/

const usualRemedy = 'The build log above shows the step and what it printed.'

const killedRemedy =
  "Something of it was killed, mostly by the kernel as memory ran out; the last line of this job's post step counts such kills. Build fewer images at once (parallel: 1), have the step use less, or take a larger runner."

/** A build that failed, said in one line; the log above has the rest. */
export const explainBuildFailure = (
  name: string,
  code: number | null,
  tail: readonly string[],
): Failure => {
  const reason = findReason(tail) ?? `exit code ${code ?? 'none (ended by a signal)'}`
  const place = findPlace(tail)
  // A program in a RUN may have said it, of which BuildKit tells no more than its exit code.
  const full = tail.some(saysNoSpace) && !saysNoSpace(reason) ? ': no space left on device' : ''
  return new Failure(
    neutralise(
      `Building ${name} failed${place === undefined ? '' : ` at ${place}`}: ${reason.slice(0, 1_000)}${full}`,
    ),
    { remedy: wasKilled.test(reason) ? killedRemedy : usualRemedy },
  )
}
