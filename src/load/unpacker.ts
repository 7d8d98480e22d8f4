import { relative } from 'node:path'
import { mountFolder, toHelperBase } from '../cluster/helper-container.ts'
import { type ContainerNode, isContainer, type Node } from '../cluster/node.ts'
import { runContainer } from '../docker/container.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import type { Engine } from '../docker/info.ts'
import { Failure, renderError } from '../failure.ts'
import { createGate } from '../host/at-once.ts'
import { toHex } from '../image/digest.ts'
import type { ContainerImage, Layer } from '../image/image.ts'
import { toBlobPath } from '../image/sources/layout-root.ts'
import { hasLayer } from '../image/sources/oci-layout.ts'
import type { InNode } from './find-in-node.ts'
import { unpackScript } from './helper.ts'
import { areBeside } from './helper-request.ts'

/** Longer than any step. */
const deadlineMs = 24 * 60 * 60_000

/** Where the helper sees its volume and the step's layers; its script knows them, too. */
const [volumePoint, layersPoint] = ['/slipway', '/slipway-layers']

type Inspected = {
  readonly Mounts?: readonly { readonly Destination: string; readonly Source: string }[]
}

export type UnpackerOrder = {
  readonly api: EngineApi
  readonly engine: Engine
  /** Whether the daemon sees this machine's folders. */
  readonly isLocal: boolean
  readonly runId: string
  /** All layers' tars are somewhere in it. */
  readonly layoutDir: string
  /** So many layers at once. */
  readonly atOnce: number
  readonly signal: AbortSignal
  readonly line: (text: string) => void
}

/** Unpacks layers once for all nodes, several at once, and while no node waits. */
export type Unpacker = {
  /** Begins with a layer whose tar is there, called by its diff ID; `unpack` waits for it. */
  readonly begin: (
    layers: readonly Layer[],
    at: number,
    file: string,
    nodes: readonly Node[],
  ) => void
  /**
   * Unpacks all layers of an image that a folder has.
   *
   * @returns the image with its layers' folders; undefined where that cannot be here
   */
  readonly unpack: (image: ContainerImage, nodes: readonly Node[]) => Promise<InNode | undefined>
  /** Whether an image is unpacked here already, if not all of it yet. */
  readonly hasBegun: (image: Pick<ContainerImage, 'layers'>) => boolean
  /** What has not been linked goes. */
  readonly close: () => Promise<void>
}

/**
 * A helper with a volume of its own, which Docker removes with it. It unpacks what others have made, so it may
 * no more than that: `SYS_ADMIN` is for overlay's attributes.
 */
const toUnpacker = (node: ContainerNode, layoutDir: string, runId: string) => ({
  ...toHelperBase(node, runId),
  Cmd: ['-c', unpackScript()],
  HostConfig: {
    ...{ AutoRemove: true, UsernsMode: 'host', NetworkMode: 'none', CapAdd: ['SYS_ADMIN'] },
    SecurityOpt: ['no-new-privileges', 'label=disable'],
    Mounts: [
      { Type: 'volume', Target: volumePoint },
      { ...mountFolder(layoutDir, layersPoint), ReadOnly: true },
    ],
  },
})

type Helper = {
  /** On the daemon's host. */
  readonly volume: string
  readonly ask: (...words: readonly string[]) => Promise<void>
  readonly end: () => void
}

const startHelper = ({ api, layoutDir, runId, signal }: UnpackerOrder, node: ContainerNode) => {
  const waiting = new Map<string, PromiseWithResolvers<void>>()
  let said = ''
  /** Why it answers no more. */
  let over: { readonly error: unknown } | undefined
  const started = Promise.withResolvers<Helper>()
  const fail = (error: unknown): void => {
    over ??= { error }
    started.reject(error)
    for (const each of waiting.values()) each.reject(error)
    waiting.clear()
  }
  const onLine = (line: string): void => {
    const [state, word, name, reason = ''] = line.split('\t')
    const asked = waiting.get(`${word} ${name}`)
    waiting.delete(`${word} ${name}`)
    if (state === 'done') asked?.resolve()
    else asked?.reject(new Failure(reason))
  }
  const onStarted = async (id: string, reply: (text: string) => void): Promise<void> => {
    const path = `/containers/${id}/json`
    const { Mounts = [] } = (await api.get<Inspected>(path).catch(() => undefined)) ?? {}
    const volume = Mounts.find(({ Destination }) => Destination === volumePoint)?.Source ?? ''
    const ask: Helper['ask'] = (...words) => {
      if (over !== undefined) return Promise.reject(over.error)
      const answer = Promise.withResolvers<void>()
      waiting.set(words.slice(0, 2).join(' '), answer)
      reply(`${words.join('\t')}\n`)
      return answer.promise
    }
    const end = (): void => reply('end\n')
    if (volume !== '') return started.resolve({ volume, ask, end })
    end()
    fail(new Failure('Docker does not say where the volume is'))
  }
  const watch = {
    ...{ deadlineMs, signal, onLine, onStarted },
    onErrorLine: (line: string) => {
      said = line.slice(0, 1_000)
    },
    isEnough: () => false,
  }
  const ended = runContainer(api, toUnpacker(node, layoutDir, runId), '', watch).then(
    (end) => fail(new Failure(said || end)),
    fail,
  )
  started.promise.catch(() => {})
  return { started: started.promise, ended }
}

/** Does a thing once for each name; whoever asks again waits for the same. */
const createOnce = () => {
  const begun = new Map<string, Promise<void>>()
  const doOnce = (name: string, act: () => Promise<void>): Promise<void> => {
    const work = begun.get(name) ?? act()
    begun.set(name, work)
    // Nobody may be waiting yet.
    work.catch(() => {})
    return work
  }
  return { doOnce, hasBegun: (name: string): boolean => begun.has(name) }
}

export const createUnpacker = (order: UnpackerOrder): Unpacker => {
  const { engine, isLocal, layoutDir, atOnce, line } = order
  const gate = createGate(atOnce)
  const [unpacking, finishing, giving] = [createOnce(), createOnce(), createOnce()]
  let helper: ReturnType<typeof startHelper> | undefined
  let isTold = false
  const getHelper = (node: ContainerNode): Promise<Helper> => {
    helper ??= startHelper(order, node)
    return helper.started
  }
  /** By chain IDs: a layer's folders may have what those below say. */
  const unpackLayer = (layers: readonly Layer[], at: number, file: string, node: ContainerNode) => {
    const { chainId = '', diffId = '' } = layers[at] ?? {}
    const words = [toHex(chainId), String(at), diffId, relative(layoutDir, file)]
    return unpacking.doOnce(chainId, async () => {
      const { ask } = await getHelper(node)
      await gate(() => ask('layer', ...words))
    })
  }
  /** One of them, whose programs are used; undefined where links do not reach them all. */
  const findNode = (nodes: readonly Node[]): ContainerNode | undefined =>
    isLocal && areBeside(engine, nodes) ? nodes.find(isContainer) : undefined
  const begin: Unpacker['begin'] = (layers, at, file, nodes) => {
    const node = findNode(nodes)
    if (node !== undefined) void unpackLayer(layers, at, file, node)
  }
  const unpackAll = async (image: ContainerImage, node: ContainerNode): Promise<InNode> => {
    const { layers, layout, id } = image
    const toFile = (digest: string): string => toBlobPath(layout?.folder ?? '', digest)
    await Promise.all(layers.map(({ diffId }, at) => unpackLayer(layers, at, toFile(diffId), node)))
    const { volume, ask } = await getHelper(node)
    const chains = layers.map(({ chainId }) => toHex(chainId))
    for (const [at, chain] of chains.entries())
      await finishing.doOnce(chain, () => ask('parents', chain, String(at), ...chains.slice(0, at)))
    await giving.doOnce(id, () => ask('config', id, relative(layoutDir, toFile(id))))
    const toFolder = (layer: Layer, at: number): Layer => ({
      ...layer,
      folder: `${volume}/${chains[at]}/to/${at}`,
    })
    return { image: { ...image, layers: layers.map(toFolder) }, config: `${volume}/${toHex(id)}` }
  }
  const unpack: Unpacker['unpack'] = async (image, nodes) => {
    const node = findNode(nodes)
    const { folder = '' } = image.layout ?? {}
    const isWhole = image.layers.every(({ diffId }) => hasLayer(folder, diffId))
    const isOurs = !relative(layoutDir, folder).startsWith('..')
    if (node === undefined || !isWhole || !isOurs) return undefined
    return unpackAll(image, node).catch((error: unknown) => {
      order.signal.throwIfAborted()
      if (!isTold) line(`Layers are unpacked in nodes, not beside them: ${renderError(error)}`)
      isTold = true
      return undefined
    })
  }
  const close = async (): Promise<void> => {
    // What nobody waits for any more is no news.
    isTold = true
    const { end } = (await helper?.started.catch(() => undefined)) ?? {}
    end?.()
    await helper?.ended
  }
  const hasBegun: Unpacker['hasBegun'] = ({ layers }) =>
    layers.some(({ chainId }) => unpacking.hasBegun(chainId))
  return { begin, unpack, hasBegun, close }
}
