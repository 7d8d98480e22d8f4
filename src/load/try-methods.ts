import { isMachine, type Node } from '../cluster/node.ts'
import type { EngineApi, Get } from '../docker/engine-api.ts'
import type { Engine } from '../docker/info.ts'
import type { ContainerImage } from '../image/image.ts'
import { findImages } from '../image/sources/docker.ts'
import { reasonFor } from './direct.ts'
import { toHelperRequest, toMounts } from './helper-request.ts'
import { runHelper } from './run-helper.ts'

/** How layers would get into a node, tried there, or why it could not be tried. */
export type TriedMethod =
  | {
      readonly kind: 'would'
      readonly method: string
      /** Why it is not a better one, in the words of `cp`; empty where there is none. */
      readonly reason: string
    }
  | { readonly kind: 'cannot'; readonly reason: string }

type Trial = {
  readonly engine: Engine
  /** They all run the same node image. */
  readonly nodes: readonly Node[]
  readonly runId: string
  readonly deadlineMs: number
  readonly signal: AbortSignal
}

type Listed = { readonly Id: string }

/** The nodes' own; on a machine any that Docker has. */
const findTrialImage = async (get: Get, node: Node): Promise<ContainerImage | undefined> => {
  const id = isMachine(node)
    ? (await get<readonly Listed[]>('/images/json'))?.[0]?.Id
    : node.imageId
  if (id === undefined) return undefined
  const found = await findImages(get, [{ given: id, canonical: id }]).catch(() => [])
  return found[0]
}

/**
 * Tries with the helper of a load, and layers of an image that Docker has, how layers reach the nodes. Nothing
 * of it stays.
 *
 * @returns by the nodes' names
 */
export const tryMethods = async (
  api: EngineApi,
  { engine, nodes, runId, deadlineMs, signal }: Trial,
): Promise<ReadonlyMap<string, TriedMethod>> => {
  const [first] = nodes
  if (first === undefined) return new Map()
  const image = await findTrialImage(api.get, first)
  const mounts =
    image === undefined ? 'there is no image to try it with' : toMounts(engine, image, nodes)
  const forAll = (reason: string): ReadonlyMap<string, TriedMethod> =>
    new Map(nodes.map(({ name }) => [name, { kind: 'cannot', reason }]))
  if (image === undefined || typeof mounts === 'string') return forAll(`${mounts}`)
  const tried = new Map<string, TriedMethod>()
  const errors: string[] = []
  const input = toHelperRequest(engine, image, nodes, 'auto', runId, deadlineMs, mounts)
  const end = await runHelper(
    api,
    first,
    { mounts, runId, act: 'try', input },
    {
      deadlineMs,
      signal,
      onLine: (line) => {
        const [node = '', event, word = '', reason = ''] = line.split('\t')
        if (event === 'would') tried.set(node, { kind: 'would', method: word, reason })
        if (event !== 'cannot') return
        for (const name of node === '' ? nodes.map((each) => each.name) : [node])
          tried.set(name, { kind: 'cannot', reason: word })
      },
      onErrorLine: (line) => void errors.push(line.slice(0, 1_000)),
      isEnough: () => tried.size === nodes.length,
    },
  )
  return new Map(
    nodes.map(({ name }) => [
      name,
      tried.get(name) ?? { kind: 'cannot', reason: reasonFor(name, errors, end) },
    ]),
  )
}
