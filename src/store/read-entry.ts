import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Failure } from '../failure.ts'
import { countBuffersAsHeap } from '../host/large-buffers.ts'
import { sniff, unpack } from '../image/contents/blobs/blob.ts'
import { createTarCutter, type TarEntry } from '../image/contents/tar/cut-tar.ts'
import { toLine } from '../text/to-line.ts'
import type { Entry, StoredFile } from './entry.ts'
import { createFileStore, type Draft } from './file-store.ts'

type Act = () => Promise<void>

const types: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a device',
  '4': 'a device',
  '6': 'a pipe',
}

const show = (name: string): string => `"${toLine(Buffer.from(name, 'latin1').toString(), 100)}"`

/** What is taken out of an entry. */
export type Wanted = Pick<Entry, 'part'> & {
  /** What is wanted under a digest in hex, which is no more than what somebody calls it so far. */
  readonly find: (sha256: string, storedBytes: number) => StoredFile | undefined
  /** Where a file is put together that has several parts. */
  readonly pathOf?: (file: StoredFile) => string
}

/** Smaller ones cost more to hand on than to unpack: of 64 KB, a layer took half as long again. */
const pieceBytes = 1_048_576

/** Folders that the packer names; everything else has to be a file that somebody waits for. */
const findWanted = (
  { name, type, storedBytes }: TarEntry,
  { find, part }: Wanted,
): StoredFile | undefined => {
  if (type === '5' && /^(?:\.\/)?kept\/?$/.test(name)) return undefined
  if (type !== '0' && type !== '7')
    throw new Failure(`${show(name)} is ${types[type] ?? 'no file'}, which Slipway never keeps`)
  const [, digest] = /^(?:\.\/)?kept\/([0-9a-f]{64})$/.exec(name) ?? []
  if (digest === undefined) throw new Failure(`${show(name)} is no name that Slipway gives`)
  const file = find(digest, storedBytes)
  const bytes = part?.bytes ?? file?.sizeBytes
  if (file === undefined) return undefined
  if (storedBytes === bytes) return file
  throw new Failure(`${show(name)} has ${storedBytes} bytes in place of ${bytes}`)
}

/** Writes a part to where it belongs; the whole is compared with its digest once all parts are there. */
const writePart = async (path: string, offset: number) => {
  const handle = await open(path, 'r+')
  let at = offset
  return {
    write: async (piece: Buffer): Promise<void> => {
      await handle.write(piece, 0, piece.length, at)
      at += piece.length
    },
    close: () => handle.close(),
  }
}

/**
 * Takes files out of an entry's archive, as whoever could write to the cache has packed it: nothing in it
 * becomes a path, and what is not what its digest promises is not kept.
 *
 * @throws {Failure} naming what is not ours
 */
export const readEntry = async (
  archive: string,
  entry: Wanted,
  folder: string,
  signal: AbortSignal,
): Promise<void> => {
  countBuffersAsHeap()
  const store = createFileStore(folder)
  const [head] = await readHead(archive)
  const source = createReadStream(archive, { highWaterMark: pieceBytes })
  const unpacked = unpack(source, sniff(head))
  let acts: Act[] = []
  let current: StoredFile | undefined
  let draft: Draft | undefined
  let part: Awaited<ReturnType<typeof writePart>> | undefined
  let hash = createHash('sha256')
  const finish = async (file: StoredFile): Promise<void> => {
    await part?.close()
    part = undefined
    if (entry.part !== undefined) return
    const found = hash.digest('hex')
    if (found === file.sha256) await draft?.keep(found)
    else await draft?.drop()
    draft = undefined
    if (found !== file.sha256)
      throw new Failure(`What is called ${file.sha256} has the digest ${found}`)
  }
  const cutter = createTarCutter({
    onEntry: (each) => {
      const file = findWanted(each, entry)
      current = file
      if (file === undefined) return
      acts.push(async () => {
        hash = createHash('sha256')
        if (entry.part === undefined) draft = await store.create()
        else part = await writePart(entry.pathOf?.(file) ?? '', entry.part.offset)
      })
    },
    onData: (piece) => {
      if (current === undefined) return
      acts.push(async () => {
        hash.update(piece)
        await draft?.write(piece)
        await part?.write(piece)
      })
    },
    onEntryEnd: () => {
      const file = current
      if (file !== undefined) acts.push(() => finish(file))
      current = undefined
    },
  })
  try {
    for await (const piece of unpacked) {
      signal.throwIfAborted()
      cutter.write(piece as Buffer)
      for (const act of acts) await act()
      acts = []
    }
    cutter.end()
  } finally {
    source.destroy()
    await draft?.drop()
    await part?.close()
  }
}

const readHead = async (path: string): Promise<readonly [Buffer]> => {
  const handle = await open(path)
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0)
  await handle.close()
  return [buffer.subarray(0, bytesRead)]
}
