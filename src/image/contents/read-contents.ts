import { type ContainerWatch, runContainer } from '../../docker/container.ts'
import type { EngineApi } from '../../docker/engine-api.ts'
import type { Engine } from '../../docker/info.ts'
import { isWarning } from '../../docker/warnings.ts'
import { Failure } from '../../failure.ts'
import type { Sink } from '../../host/lines.ts'
import type { ContainerImage } from '../image.ts'
import type { FileReader, ImageContents } from './entry.ts'
import { createListing, createMessageCutter, type Message } from './parse-contents.ts'
import { toReaderContainer } from './reader-container.ts'

/** Where an image is, and who can look into it. */
export type ReadOrder = {
  readonly engine: Engine
  readonly image: ContainerImage
  /** The file of its config, where a node has it and not Docker's store. */
  readonly config?: string
  /** ID of an image that nodes run: its programs read. */
  readonly nodeImage: string
  readonly runId: string
  readonly deadlineMs: number
  readonly signal: AbortSignal
}

/** The container as it is talked with: what it lists, then an answer to each request. */
const createTalk = (layerCount: number) => {
  const contents = Promise.withResolvers<ImageContents>()
  const answers: PromiseWithResolvers<Message>[] = []
  const listing = createListing()
  let [config, manifest]: (string | undefined)[] = []
  let ended: unknown
  let isOver = false
  let reply: (bytes: string | Buffer) => void = () => {}
  const close = (error: unknown): void => {
    ended ??= error
    contents.reject(ended)
    for (const answer of answers.splice(0)) answer.reject(ended)
  }
  const onMessage = (message: Message): void => {
    const { word, fields, bytes } = message
    if (word === 'config') config = bytes.toString('utf8')
    else if (word === 'manifest') manifest = bytes.toString('utf8')
    else if (word === 'bytes' || word === 'hash') answers.shift()?.resolve(message)
    else if (word === 'cannot')
      close(new Failure(Buffer.from(fields[0] ?? '', 'latin1').toString()))
    else if (word === 'end') isOver = true
    else if (word === 'listed') {
      const layers = listing.finish(layerCount)
      contents.resolve({ config: config ?? '', manifest, layers })
    } else listing.add(message)
  }
  const createSink = (answer: typeof reply): Sink => {
    reply = answer
    const cutter = createMessageCutter(onMessage)
    const write = (chunk: Buffer): void => {
      if (ended !== undefined) return
      try {
        cutter.write(chunk)
      } catch (error) {
        close(error)
      }
    }
    return { ...cutter, write }
  }
  const ask = (...fields: readonly (string | number)[]): Promise<Message> => {
    if (ended !== undefined) return Promise.reject(ended)
    const answer = Promise.withResolvers<Message>()
    answers.push(answer)
    reply(Buffer.from(`${fields.join('\0')}\0`, 'latin1'))
    return answer.promise
  }
  const reader: FileReader = {
    bytes: async (layer, path, offset, length) => (await ask(layer, offset, length, path)).bytes,
    hash: async (layer, path) => (await ask(layer, 'hash', 0, path)).fields[0] ?? '',
  }
  return {
    contents: contents.promise,
    reader,
    createSink,
    close,
    end: () => reply('end\0'),
    isOver: () => isOver || ended !== undefined,
  }
}

/**
 * Reads what an image's layers have, and hands it on with a way to read its files. The layers belong to
 * root, so a container reads them, and goes with us.
 *
 * @throws {Failure} where they cannot be read
 */
export const withContents = async <T>(
  api: EngineApi,
  order: ReadOrder,
  body: (contents: ImageContents, files: FileReader) => Promise<T>,
): Promise<T> => {
  const { engine, image, config, nodeImage, runId, deadlineMs, signal } = order
  const isInFolders = config !== undefined || !engine.hasContainerdStore
  if (isInFolders && image.layers.some(({ folder }) => folder === undefined))
    throw new Failure("Docker does not say where the image's layers are")
  const talk = createTalk(image.layers.length)
  const errors: string[] = []
  const work = talk.contents.then((contents) => body(contents, talk.reader)).finally(talk.end)
  // It is waited for below, after the container.
  work.catch(() => {})
  const watch: ContainerWatch = {
    deadlineMs,
    signal,
    onLine: () => {},
    onErrorLine: (line) => {
      if (!isWarning(line) && errors.length < 20) errors.push(line.slice(0, 1_000))
    },
    createSink: talk.createSink,
    isEnough: talk.isOver,
  }
  const container = toReaderContainer(engine, image, nodeImage, runId, config)
  try {
    const end = await runContainer(api, container, '', watch)
    talk.close(new Failure(`It ended: ${[...errors.slice(-2), end].filter(Boolean).join('; ')}`))
  } catch (error) {
    talk.close(error)
  }
  return work
}
