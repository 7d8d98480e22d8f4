import type { Node } from '../cluster/node.ts'
import { runContainer } from '../docker/container.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import type { Engine } from '../docker/info.ts'
import { findImages } from '../image/sources/docker.ts'
import { reasonFor } from './direct.ts'
import { toHelperContainer } from './helper.ts'
import { toHelperRequest, toMounts } from './helper-request.ts'

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

/**
 * Tries with the helper of a load, and a layer of the nodes' own image, how layers reach the nodes. Nothing
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
  const { imageId: id } = first
  const [image] = await findImages(api.get, [{ given: id, canonical: id }])
  const mounts = image === undefined ? 'its image is gone' : toMounts(engine, image, nodes)
  const forAll = (reason: string): ReadonlyMap<string, TriedMethod> =>
    new Map(nodes.map(({ name }) => [name, { kind: 'cannot', reason }]))
  if (image === undefined || typeof mounts === 'string') return forAll(`${mounts}`)
  const tried = new Map<string, TriedMethod>()
  const errors: string[] = []
  const end = await runContainer(
    api,
    toHelperContainer(first, mounts, runId, 'try'),
    toHelperRequest(engine, image, nodes, 'auto', runId, deadlineMs, mounts),
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
