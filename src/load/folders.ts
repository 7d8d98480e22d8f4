import type { Engine, KindNode } from '../facts/facts.ts'
import type { LocalImage } from '../facts/images.ts'
import { type Docker, type DockerOptions, describeEnd } from '../host/docker.ts'
import { splitLines } from '../host/log-fence.ts'
import { runStreaming } from '../host/process.ts'
import { toHelperArgs } from './helper.ts'
import { toHelperOrder } from './order.ts'
import type { FolderWay } from './plan-way.ts'
import type { Progress } from './progress.ts'

/** What became of one node: how it got what it lacked, or why it could not. */
export type FolderResult =
  | {
      readonly kind: 'loaded'
      /** `present`: it lacked nothing. */
      readonly way: FolderWay | 'present'
      readonly copiedBytes: number
      readonly repairedLayers: number
      readonly durationMs: number
    }
  | { readonly kind: 'failed'; readonly reason: string }

export type FolderOrder = {
  readonly engine: Engine
  readonly image: LocalImage
  /** They all run the same node image. */
  readonly nodes: readonly KindNode[]
  readonly wanted: FolderWay | 'auto'
  readonly runId: string
}

/** Linking takes a second; copying a large image to a slow disk, minutes. */
const deadlineMs = 900_000

const toWay = (word: string | undefined): FolderWay | 'present' =>
  word === 'link' || word === 'reflink' || word === 'copy' ? word : 'present'

/** Reads the helper's events: tab-separated node, event and details. */
const watchEvents = (started: number, progress: Progress) => {
  const results = new Map<string, FolderResult>()
  const repaired = new Map<string, number>()
  const onLine = (line: string): void => {
    const [node = '', event, first, second, third] = line.split('\t')
    if (event === 'copying') progress(node, Number(first), Number(second))
    if (event === 'repaired') repaired.set(node, Number(first))
    if (event !== 'loaded') return
    results.set(node, {
      kind: 'loaded',
      way: toWay(third),
      copiedBytes: Number(second),
      repairedLayers: repaired.get(node) ?? 0,
      durationMs: Math.round(performance.now() - started),
    })
  }
  return { results, onLine }
}

const reasonFor = (node: KindNode, errors: readonly string[], end: string): string => {
  const own = errors.filter((line) => line.startsWith(`${node.name}: `))
  const said = own.length > 0 ? own.map((line) => line.slice(node.name.length + 2)) : errors
  return said.slice(-2).join(' ') || end
}

/**
 * Gives one image to nodes by its layers' folders, side by side, with one helper container. A node
 * that fails has nothing of the image, and the result says why.
 */
export const loadFolders = async (
  docker: Docker,
  { engine, image, nodes, wanted, runId }: FolderOrder,
  progress: Progress,
): Promise<ReadonlyMap<string, FolderResult>> => {
  const order = toHelperOrder(engine, image, nodes, wanted, runId, deadlineMs)
  const [first] = nodes
  if (first === undefined) return new Map()
  if (typeof order === 'string') {
    return new Map(nodes.map(({ name }) => [name, { kind: 'failed', reason: order }]))
  }
  const { results, onLine } = watchEvents(performance.now(), progress)
  const errors: string[] = []
  const options: DockerOptions = {
    stdin: { lifeline: order.lines },
    timeoutMs: deadlineMs + 15_000,
  }
  const args = toHelperArgs(first, order, runId)
  const ended = await runStreaming(docker.command(args, options), {
    stdout: (stream) => splitLines(stream, onLine),
    stderr: (stream) => splitLines(stream, (line) => errors.push(line)),
  })
  const end = describeEnd({ ...ended, stdout: '', stderr: errors.join('\n') })
  return new Map(
    nodes.map((node) => [
      node.name,
      results.get(node.name) ?? { kind: 'failed', reason: reasonFor(node, errors, end) },
    ]),
  )
}
