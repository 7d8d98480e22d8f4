import type { Node } from '../cluster/node.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import type { Engine } from '../docker/info.ts'
import { isWarning } from '../docker/warnings.ts'
import { toDigest } from '../image/digest.ts'
import type { ContainerImage } from '../image/image.ts'
import type { Progress } from '../text/progress.ts'
import { toHelperRequest, toMounts } from './helper-request.ts'
import type { ManifestMaker } from './manifest.ts'
import type { DirectMethod } from './plan-method.ts'
import { runHelper } from './run-helper.ts'

/** What became of one node: how it got what it lacked, or why it could not. */
export type DirectResult =
  | {
      readonly kind: 'loaded'
      /** `present`: it lacked nothing. */
      readonly way: DirectMethod | 'present'
      readonly copiedBytes: number
      readonly repairedLayers: number
      readonly durationMs: number
    }
  | DirectFailure

export type DirectFailure = {
  readonly kind: 'failed'
  readonly reason: string
  /** False when nothing is known that explains it: then something is wrong with us. */
  readonly isForeseen: boolean
}

export type DirectLoad = {
  readonly engine: Engine
  readonly image: ContainerImage
  /** They all run the same node image, or it is one machine. */
  readonly nodes: readonly Node[]
  readonly wanted: DirectMethod | 'auto'
  readonly runId: string
  /** File of the daemon's host with the image's config, where another node has the image and not Docker. */
  readonly config?: string | undefined
  /** Known as soon as Docker keeps the image; nothing is asked of the helper before. */
  readonly toManifest: Promise<ManifestMaker>
}

/** Linking takes a second; copying a large image to a slow disk, minutes. */
const deadlineMs = 900_000

const toMethod = (word: string | undefined): DirectMethod | 'present' =>
  word === 'link' || word === 'reflink' || word === 'copy' ? word : 'present'

/** Reads the helper's events: tab-separated node, event and details; without a node for all of them. */
export const watchEvents = (
  nodes: readonly string[],
  started: number,
  progress: Progress,
  toManifest: Promise<ManifestMaker>,
) => {
  const results = new Map<string, DirectResult>()
  const repaired = new Map<string, number>()
  const onLine = (line: string, reply: (text: string) => void): void => {
    const [node = '', event, first, second, third] = line.split('\t')
    if (event === 'copying') progress(node, Number(first), Number(second))
    if (event === 'config') {
      void toManifest.then((make) => {
        const manifest = make(Number(first))
        reply(`${toDigest(manifest)}\t${Buffer.byteLength(manifest)}\n${manifest}`)
      })
    }
    if (event === 'repaired') repaired.set(node, Number(first))
    if (event === 'cannot') {
      const result = { kind: 'failed', reason: first ?? '', isForeseen: true } as const
      for (const name of node === '' ? nodes : [node]) results.set(name, result)
    }
    if (event !== 'loaded') return
    results.set(node, {
      kind: 'loaded',
      way: toMethod(third),
      copiedBytes: Number(second),
      repairedLayers: repaired.get(node) ?? 0,
      durationMs: Math.round(performance.now() - started),
    })
  }
  return { results, onLine }
}

/** How much of what a helper says on standard error is kept. */
const errorLines = 200

/** The last that a helper said of a node that is not merely a warning; else of all, or how it ended. */
export const reasonFor = (node: string, errors: readonly string[], end: string): string => {
  const said = errors.flatMap((line) => {
    const isOwn = line.startsWith(`${node}: `)
    const text = isOwn ? line.slice(node.length + 2) : line
    return isWarning(text) ? [] : [{ isOwn, text }]
  })
  const own = said.filter(({ isOwn }) => isOwn)
  const told = own.length > 0 ? own : said
  return (
    told
      .slice(-2)
      .map(({ text }) => text)
      .join(' ') || end
  )
}

/**
 * Gives one image to nodes by its layers' folders, side by side, with one helper. A node
 * that fails has nothing of the image, and the result says why.
 */
export const loadDirectly = async (
  api: EngineApi,
  { engine, image, nodes, wanted, runId, config, toManifest }: DirectLoad,
  progress: Progress,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, DirectResult>> => {
  const [first] = nodes
  if (first === undefined) return new Map()
  const mounts = toMounts(engine, image, nodes)
  if (typeof mounts === 'string') {
    const result = { kind: 'failed', reason: mounts, isForeseen: true } as const
    return new Map(nodes.map(({ name }) => [name, result]))
  }
  const names = nodes.map(({ name }) => name)
  const { results, onLine } = watchEvents(names, performance.now(), progress, toManifest)
  const errors: string[] = []
  const lines = toHelperRequest(engine, image, nodes, wanted, runId, deadlineMs, mounts, config)
  const input = toManifest.then(() => lines)
  // It may fail before the helper is there to be given it.
  input.catch(() => {})
  const end = await runHelper(
    api,
    first,
    { mounts, runId, act: 'main', input },
    {
      deadlineMs: deadlineMs + 15_000,
      signal,
      onLine,
      onErrorLine: (line) => {
        errors.push(line.slice(0, 4_000))
        if (errors.length > errorLines) errors.shift()
      },
      // It ends by itself then, and nobody needs to wait for that.
      isEnough: () =>
        [...results.values()].every(({ kind }) => kind === 'loaded') &&
        results.size === nodes.length,
    },
  )
  return new Map(
    names.map((name) => [
      name,
      results.get(name) ?? {
        kind: 'failed',
        reason: reasonFor(name, errors, end),
        isForeseen: false,
      },
    ]),
  )
}
