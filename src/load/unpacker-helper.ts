import { mountFolder, toHelperBase } from '../cluster/helper-container.ts'
import type { ContainerNode } from '../cluster/node.ts'
import { runContainer } from '../docker/container.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import { Failure } from '../failure.ts'
import { unpackScript } from './helper.ts'

/** Longer than any step. */
const deadlineMs = 24 * 60 * 60_000

/** Where the helper sees its volume and the step's layers; its script knows them, too. */
const [volumePoint, layersPoint] = ['/slipway', '/slipway-layers']

type Inspected = {
  readonly Mounts?: readonly { readonly Destination: string; readonly Source: string }[]
}

/** What its container is started with. */
export type HelperOrder = {
  readonly api: EngineApi
  readonly runId: string
  /** All layers' tars are somewhere in it. */
  readonly layoutDir: string
  readonly signal: AbortSignal
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

export type Helper = {
  /** On the daemon's host. */
  readonly volume: string
  readonly ask: (...words: readonly string[]) => Promise<void>
  readonly end: () => void
}

/** Starts the container, which reads requests in lines and answers each; see helper/unpack.sh. */
export const startUnpackerHelper = (
  { api, layoutDir, runId, signal }: HelperOrder,
  node: ContainerNode,
) => {
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
