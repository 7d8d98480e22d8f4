import { setTimeout } from 'node:timers/promises'
import { type Docker, describeEnd } from '../docker/docker.ts'
import { Failure } from '../failure.ts'
import { createLineCutter } from '../host/lines.ts'
import { neutralise } from '../host/log-fence.ts'
import { type BuilderPlace, findPods, findWarnings, isReady } from '../kubernetes/pods.ts'
import { findTrouble, type Trouble } from '../kubernetes/trouble.ts'
import { toLine } from '../text/to-line.ts'

const remedy =
  'See driver-opts, such as image, namespace, nodeselector and requests, and what the cluster allows.'

const fail = (why: string): Failure =>
  new Failure(`The kubernetes builder does not start: ${neutralise(toLine(why))}`, { remedy })

const lookMs = 1_500

/** More than anybody reads of what buildx prints of a builder. */
const mostLines = 500

type Boot = {
  /** Ends with the step, and does not with what the boot is ended for. */
  readonly signal: AbortSignal
  readonly createDocker: (signal: AbortSignal) => Docker
  readonly place: BuilderPlace
  readonly name: string
  readonly timeoutMs: number
  readonly line: (text: string) => void
}

/** Asks now and then why no pod runs, says what is new, and ends what waits for what will not come. */
const watchTrouble = async (
  { place, name, line }: Boot,
  signal: AbortSignal,
  onTrouble: (trouble: Trouble | undefined) => void,
): Promise<void> => {
  let told: string | undefined
  while (!signal.aborted) {
    await setTimeout(lookMs, undefined, { signal }).catch(() => {})
    const pods = signal.aborted ? undefined : await findPods(place)
    if (pods === undefined || pods.some(isReady)) continue
    const trouble = findTrouble(pods, await findWarnings(place), name)
    if (signal.aborted) return
    if (trouble !== undefined && trouble.text !== told)
      line(`The builder waits: ${neutralise(trouble.text)}`)
    told = trouble?.text
    onTrouble(trouble)
  }
}

/** What buildx says of a builder that it has started and does not reach; its exit code is 0. */
const findError = (stdout: string): string | undefined => /^Error:\s*(.+)$/m.exec(stdout)?.[1]

/**
 * Starts a builder in a cluster, and waits until it answers.
 *
 * @throws {Failure} with what the cluster says against it
 */
export const bootInCluster = async (boot: Boot): Promise<void> => {
  const stop = new AbortController()
  const signal = AbortSignal.any([boot.signal, stop.signal])
  let trouble: Trouble | undefined
  let refusal: string | undefined
  const lines = { stdout: [] as string[], stderr: [] as string[] }
  const sinks = [
    createLineCutter((line) => lines.stdout.push(line) > mostLines && lines.stdout.shift()),
    createLineCutter((line) => {
      lines.stderr.push(line)
      if (lines.stderr.length > mostLines) lines.stderr.shift()
      // buildx before 0.36 goes on waiting for what it has been refused.
      if (!line.startsWith('ERROR: ')) return
      refusal ??= line.slice('ERROR: '.length)
      stop.abort()
    }),
  ]
  const docker = boot.createDocker(signal)
  const watching = watchTrouble(boot, signal, (found) => {
    trouble = found
    if (found?.isFinal) stop.abort()
  })
  const { timeoutMs } = boot
  const args = ['buildx', 'inspect', '--bootstrap', boot.name]
  const ended = await docker
    .follow(args, () => sinks.shift() ?? createLineCutter(() => {}), { timeoutMs })
    .finally(() => stop.abort())
  await watching
  if (boot.signal.aborted) throw boot.signal.reason
  // Asked to end, buildx tells of success.
  const isEnded = refusal !== undefined || trouble?.isFinal === true
  if (ended.code === 0 && !isEnded) {
    // What it says of a boot that took long may be the end of its own patience.
    const again = findError(lines.stdout.join('\n'))
    if (again === undefined) return
    const { stdout } = await boot
      .createDocker(boot.signal)
      .try(['buildx', 'inspect', boot.name], { timeoutMs })
    const error = findError(stdout)
    if (error === undefined) return
    throw fail(error)
  }
  const { place, name } = boot
  const pods = (await findPods(place)) ?? []
  const found = pods.some(isReady)
    ? undefined
    : (findTrouble(pods, await findWarnings(place), name) ?? trouble)
  const said = { ...ended, stdout: lines.stdout.join('\n'), stderr: lines.stderr.join('\n') }
  throw fail(found?.text ?? refusal ?? describeEnd(said))
}
