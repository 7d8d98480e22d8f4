import { isMachine } from '../cluster/node.ts'
import { runContainer } from '../docker/container.ts'
import { Failure } from '../failure.ts'
import { toDigest } from '../image/digest.ts'
import { readBlob } from '../image/sources/layout-root.ts'
import { reasonFor } from './direct.ts'
import { toLayoutHelper } from './helper.ts'
import type { ArchivedImage } from './layer-blobs.ts'
import { type Sent, toRequest } from './send-layers.ts'
import type { Streaming } from './streaming.ts'

/** A large image on a slow disk. */
const deadlineMs = 30 * 60_000

/** What the helper is told once it has said what is missing: layers lie there, all else is sent. */
const toRecords = (
  { image }: Streaming,
  { config }: ArchivedImage,
  missing: readonly number[],
): string => {
  const { folder = '', manifest = '' } = image.layout ?? {}
  const byLayer = Map.groupBy(missing, (index) => image.layers[index]?.diffId ?? '')
  const layers = [...byLayer.values()].map((indexes) => `layer here ${indexes.join(' ')}\n`)
  const toRecord = (digest: string, text: string): string =>
    `blob ${Buffer.byteLength(text)} ${digest}\n${text}`
  const digest = toDigest(manifest)
  const blobs = [toRecord(config, readBlob(folder, config)), toRecord(digest, manifest)]
  return [...layers, ...blobs, `end ${digest}\n`].join('')
}

/**
 * Unpacks an image's missing layers in a node out of the folder that a builder has written it into, which a
 * helper container sees: through a pipe, each byte would be copied ten times.
 *
 * @returns `cannot` where the daemon does not see the folder, or starts no such container, or the node is none
 */
export const unpackLayout = async (
  streaming: Streaming,
  archived: ArchivedImage,
): Promise<Sent> => {
  const { docker, api, image, node, runId, signal, onBytes } = streaming
  const { folder = '', layerBytes = [] } = image.layout ?? {}
  if (!docker.isLocal || isMachine(node)) return { kind: 'cannot' }
  let result: Sent = { kind: 'cannot' }
  const errors: string[] = []
  const onLine = (line: string, reply: (text: string) => void): void => {
    const [event, ...rest] = line.split('\t')
    if (event === 'loaded') result = { kind: 'sent' }
    if (event === 'unpacked') onBytes(layerBytes[Number(rest[0])] ?? 0)
    if (event !== 'missing') return
    result = { kind: 'failed', problem: '' }
    reply(toRecords(streaming, archived, rest.map(Number)))
  }
  const watch = {
    ...{ deadlineMs, signal, onLine },
    onErrorLine: (line: string) => void errors.push(line.slice(0, 4_000)),
    isEnough: () => result.kind === 'sent',
  }
  const helper = toLayoutHelper(node, folder, runId)
  const end = await runContainer(api, helper, toRequest(streaming, archived), watch).catch(
    (error: unknown) => {
      if (!(error instanceof Failure) || result.kind === 'failed') throw error
      return ''
    },
  )
  signal.throwIfAborted()
  const isFailed = (result as Sent).kind === 'failed'
  return isFailed ? { kind: 'failed', problem: reasonFor(node.name, errors, end) } : result
}
