import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { toNodeCommand } from '../cluster/in-node.ts'
import { describeEnd } from '../docker/docker.ts'
import { splitLines } from '../host/lines.ts'
import { toDigest } from '../image/digest.ts'
import { containerdClient, streamScript } from './helper.ts'
import { namesOf, toSource } from './helper-request.ts'
import { type ArchivedImage, toBlobName } from './layer-blobs.ts'
import { countBytes, pipeTimeoutMs, startSource, startTarget } from './pipe-end.ts'
import type { Streaming } from './streaming.ts'
import { pickOut } from './tar-filter.ts'

/** `cannot`: nothing is wrong, but this method is none here. */
export type Sent =
  | { readonly kind: 'sent' | 'cannot' }
  | { readonly kind: 'failed'; readonly problem: string }

/** What is to be put into the node, for helper/stream.sh. */
export const toRequest = (
  { engine, runId, image, node }: Streaming,
  { unpackers, config }: ArchivedImage,
): string => {
  const rows = [
    ['run', runId],
    ['node', node.name],
    ['image', image.id],
    ['config', config],
    ...namesOf(engine, image).map((name) => ['name', name]),
    ...image.layers.map(({ diffId, chainId }, index) => [
      'layer',
      diffId,
      chainId,
      unpackers[index] ?? 'cat',
    ]),
    ['go'],
  ]
  return rows.map((row) => `${row.join('\t')}\n`).join('')
}

/** Chooses the archive's files that the node needs, and says what they are. */
const pickMissing = (archived: ArchivedImage, missing: readonly number[]) => {
  const { blobs, config } = archived
  const wanted = Map.groupBy(missing, (index) => toBlobName(blobs[index] ?? ''))
  const sizes = new Map<string, number>()
  const files = pickOut((name, size) => {
    const isAgain = sizes.has(name)
    sizes.set(name, size)
    const indexes = wanted.get(name)
    if (isAgain) return undefined
    if (indexes !== undefined) return `layer ${size} ${indexes.join(' ')}`
    return name === toBlobName(config) ? `blob ${size} ${config}` : undefined
  })
  return { files, sizes }
}

/** Docker before version 25 gives its files other names. Its archive is not for us. */
const hasBlobs = (sizes: ReadonlyMap<string, number>): boolean =>
  [...sizes.keys()].some((name) => name.startsWith('blobs/'))

export const writeManifest = (target: Writable, text: string): void => {
  const digest = toDigest(text)
  target.write(`blob ${Buffer.byteLength(text)} ${digest}\n${text}end ${digest}\n`)
}

/**
 * Sends the layers that a node lacks, the config and the manifest.
 *
 * @param missing which layers, counted from the lowest
 */
export type Feed = (
  streaming: Streaming,
  archived: ArchivedImage,
  missing: readonly number[],
  target: Writable,
) => Promise<Sent>

/** Out of what `docker save` writes. */
export const sendSaved: Feed = async (
  { docker, image, toManifest, onBytes },
  archived,
  missing,
  target,
) => {
  const source = startSource(docker, ['save', '--', toSource(image)])
  const { files, sizes } = pickMissing(archived, missing)
  // An end that fails closes the pipe; the exit codes say which and why.
  const pipes = [source.stdout, files, countBytes(onBytes), target] as const
  const piped = pipeline(...pipes, { end: false }).catch(() => {})
  const [saved] = await Promise.all([source.ended, piped])
  if (saved.code !== 0) return { kind: 'failed', problem: `docker save: ${describeEnd(saved)}` }
  if (!hasBlobs(sizes)) return { kind: 'cannot' }
  const configBytes = sizes.get(toBlobName(archived.config)) ?? 0
  writeManifest(target, archived.manifest ?? toManifest(configBytes))
  return { kind: 'sent' }
}

/**
 * Sends an image's missing layers into a node, where they are unpacked as they arrive: nothing is
 * kept twice. The node undoes everything when it fails or when the stream ends early.
 */
export const sendLayers = async (
  streaming: Streaming,
  archived: ArchivedImage,
  feed: Feed,
): Promise<Sent> => {
  const { docker, node } = streaming
  const program = ['bash', '-c', streamScript(), 'slipway', containerdClient()]
  const command = toNodeCommand(docker, node, program, pipeTimeoutMs)
  const { stdin, stdout, ended } = startTarget(command)
  let sending: Promise<Sent> | undefined
  let result: Sent | undefined
  splitLines(stdout, (line) => {
    const [event, ...rest] = line.split('\t')
    if (event === 'loaded') result = { kind: 'sent' }
    if (event === 'cannot') result = { kind: 'cannot' }
    if (event !== 'missing') return
    sending = feed(streaming, archived, rest.map(Number), stdin)
    // The script goes on only as long as its input does.
    void sending.then(({ kind }) => kind === 'sent' || stdin.end())
  })
  stdin.write(toRequest(streaming, archived))
  const end = await ended
  const endedFirst = stdin.errored !== null
  stdin.destroy()
  const sent = await sending
  if (result !== undefined) return result
  if (sent !== undefined && sent.kind !== 'sent' && !endedFirst) return sent
  return { kind: 'failed', problem: describeEnd(end) }
}
