import type { Node } from '../cluster/node.ts'
import { isNoSpace } from '../docker/disk-full.ts'
import { Failure, renderError } from '../failure.ts'
import type { Because } from './because.ts'
import { loadWithKind } from './kind.ts'
import type { LoadMethod } from './plan-method.ts'
import { streamImage } from './stream.ts'
import type { NodeLoad, Task } from './task.ts'

const timed = async (
  name: string,
  way: LoadMethod,
  because: Because | undefined,
  body: () => Promise<number>,
): Promise<NodeLoad> => {
  const started = performance.now()
  const copiedBytes = await body()
  return { name, way, because, copiedBytes, durationMs: Math.round(performance.now() - started) }
}

/** Docker's graph drivers answer `empty export - not implemented`, to kind as well. */
const refuseEmpty = ({ engine, image }: Task): void => {
  const isInDocker = image.layout === undefined
  if (!isInDocker || engine.hasContainerdStore || image.layers.length > 0) return
  const name = image.references[0]?.given ?? image.id
  const store = engine.driver
  throw new Failure(
    `${name} has no layers, and Docker's ${store} store cannot export such an image`,
    {
      remedy: 'Give it a file (COPY), or use load-mode: auto where links reach the node.',
    },
  )
}

/** Has kind load it. */
export const byKind = (task: Task, node: Node, because: Because) =>
  timed(node.name, 'kind', because, async () => {
    refuseEmpty(task)
    await loadWithKind({ ...task, node, onBytes: () => {} })
    return task.image.sizeBytes
  })

/** Streams; where even that fails and nobody insisted on it, kind may do what we could not. */
export const byStream = async (task: Task, node: Node, because?: Because): Promise<NodeLoad> => {
  const { signal, warn } = task
  refuseEmpty(task)
  try {
    return await timed(node.name, 'stream', because, () => streamImage({ ...task, node }))
  } catch (error) {
    signal.throwIfAborted()
    // kind's load takes more room than ours.
    const isInDocker = task.image.layout === undefined
    const isKinds = node.provider === 'kind'
    if (!isKinds || !isInDocker || because?.kind === 'load-mode' || isNoSpace(error)) throw error
    warn(`${renderError(error)} Trying \`kind load\` as the last resort.`)
    // What kind says would hide what went wrong first.
    return byKind(task, node, { kind: 'streaming-failed' }).catch(() => Promise.reject(error))
  }
}
