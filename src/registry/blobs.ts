import { createHash, randomUUID } from 'node:crypto'
import { lstat, open, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toDigest } from '../image/digest.ts'
import { toBlobPath } from '../image/sources/layout-root.ts'
import { Refusal } from './answer.ts'

/** No layer of an image is larger; the disk may well be smaller. */
const mostBlobBytes = 200_000_000_000

/** A blob on its way, hashed while it comes. It has no name until its digest is known to be right. */
export type Draft = {
  readonly bytes: () => number
  /** @throws {Refusal} where it is more than a blob may have */
  readonly take: (stream: AsyncIterable<Buffer>) => Promise<void>
  /** @throws {Refusal} where the digest is another one; the draft is gone then, too */
  readonly keep: (digest: string) => Promise<void>
  readonly drop: () => Promise<void>
}

const createDraft = async (folder: string): Promise<Draft> => {
  const path = join(folder, `draft-${randomUUID()}`)
  const handle = await open(path, 'wx', 0o600)
  const hash = createHash('sha256')
  let bytes = 0
  const drop = async (): Promise<void> => {
    await handle.close().catch(() => {})
    await rm(path, { force: true })
  }
  return {
    bytes: () => bytes,
    take: async (stream) => {
      for await (const chunk of stream) {
        bytes += chunk.length
        if (bytes > mostBlobBytes)
          throw new Refusal('SIZE_INVALID', `a blob has at most ${mostBlobBytes} bytes`)
        hash.update(chunk)
        await handle.writeFile(chunk)
      }
    },
    keep: async (digest) => {
      const found = `sha256:${hash.digest('hex')}`
      if (found !== digest) {
        await drop()
        throw new Refusal('DIGEST_INVALID', `${bytes} bytes came with the digest ${found}`)
      }
      await handle.close()
      await rename(path, toBlobPath(folder, digest))
    },
    drop,
  }
}

/** The blobs of an OCI layout, each of which is what its name says. */
export const createBlobs = (folder: string) => ({
  /** Its size; undefined where it is not there. */
  sizeOf: async (digest: string): Promise<number | undefined> => {
    const found = await lstat(toBlobPath(folder, digest)).catch(() => undefined)
    return found?.isFile() ? found.size : undefined
  },
  pathOf: (digest: string): string => toBlobPath(folder, digest),
  create: (): Promise<Draft> => createDraft(folder),
  /** @returns its digest */
  add: async (content: string): Promise<string> => {
    const digest = toDigest(content)
    await writeFile(toBlobPath(folder, digest), content, { mode: 0o600 })
    return digest
  },
  /** Says which of the layout's manifests is the image. */
  name: (descriptor: object): Promise<void> =>
    writeFile(
      join(folder, 'index.json'),
      JSON.stringify({ schemaVersion: 2, manifests: [descriptor] }),
      { mode: 0o600 },
    ),
})

export type Blobs = ReturnType<typeof createBlobs>
