import type { Engine, KindNode } from '../facts/facts.ts'
import type { LocalImage } from '../facts/images.ts'
import { runContainer } from '../host/container.ts'
import type { EngineApi } from '../host/engine-api.ts'
import { toHelperContainer } from './helper.ts'
import { toMounts, toOrderLines } from './order.ts'
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
  api: EngineApi,
  { engine, image, nodes, wanted, runId }: FolderOrder,
  progress: Progress,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, FolderResult>> => {
  const [first] = nodes
  if (first === undefined) return new Map()
  const mounts = toMounts(engine, image, nodes)
  if (typeof mounts === 'string') {
    return new Map(nodes.map(({ name }) => [name, { kind: 'failed', reason: mounts }]))
  }
  const { results, onLine } = watchEvents(performance.now(), progress)
  const errors: string[] = []
  const lines = toOrderLines(engine, image, nodes, wanted, runId, deadlineMs, mounts)
  const end = await runContainer(api, toHelperContainer(first, mounts, runId), lines, {
    deadlineMs: deadlineMs + 15_000,
    signal,
    onLine,
    onErrorLine: (line) => {
      errors.push(line.slice(0, 4_000))
      if (errors.length > 200) errors.shift()
    },
    // It ends by itself then, and nobody needs to wait for that.
    isEnough: () => results.size === nodes.length,
  })
  return new Map(
    nodes.map((node) => [
      node.name,
      results.get(node.name) ?? { kind: 'failed', reason: reasonFor(node, errors, end) },
    ]),
  )
}
