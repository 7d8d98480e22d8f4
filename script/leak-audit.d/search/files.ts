import { closeSync, createReadStream, existsSync, openSync, readSync } from 'node:fs'
import { pipeline, type Transform } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { changedSince } from '../../../__tests__/support/leaks.ts'
import { type Hit, type Landmarks, momentOfFile, placeOfFile } from '../places.ts'
import { fileSystems } from './file-systems.ts'
import type { Tokens } from './tokens.ts'

/** Stands behind the path of what was found in a packed file. */
export const unpacked = ' (unpacked)'

type Found = { readonly way: string; readonly path: string }

const unpackers: readonly (readonly [magic: string, create: () => Transform])[] = [
  ['1f8b', () => createGunzip()],
  ['28b52ffd', () => createZstdDecompress()],
]

/** How a file is packed, if it is: by its first bytes, names tell nothing. */
const unpackerOf = (path: string): (() => Transform) | undefined => {
  const start = Buffer.alloc(4)
  try {
    const fd = openSync(path, 'r')
    readSync(fd, start, 0, 4, 0)
    closeSync(fd)
  } catch {
    return undefined
  }
  return unpackers.find(([magic]) => start.toString('hex').startsWith(magic))?.[1]
}

const searchPacked = async (
  tokens: Tokens,
  files: readonly string[],
): Promise<readonly Found[]> => {
  const found: Found[] = []
  for (const path of files) {
    const unpacker = unpackerOf(path)
    if (unpacker === undefined) continue
    // What is broken half-way is searched up to there.
    const stream = pipeline(createReadStream(path), unpacker(), () => {})
    for (const way of tokens.waysOf(await tokens.scanner.inStream(stream))) {
      found.push({ way, path: `${path}${unpacked}` })
    }
  }
  return found
}

const searchContents = async (
  tokens: Tokens,
  files: readonly string[],
): Promise<readonly Found[]> =>
  (await tokens.scanner.inFiles(files)).flatMap(({ path, text }) =>
    tokens.waysOf([text]).map((way) => ({ way, path })),
  )

const searchNames = (tokens: Tokens, paths: readonly string[]): readonly Found[] =>
  paths.flatMap((path) => tokens.waysIn(path).map((way) => ({ way, path })))

/** What the file systems of the machine hold that changed since a stamp, and what else is named. */
const search = async (
  tokens: Tokens,
  stamp: string,
  others: readonly string[],
): Promise<readonly Found[]> => {
  const changed = await changedSince(stamp, fileSystems())
  const files = changed.filter(({ kind }) => kind === 'f').map(({ path }) => path)
  const names = [...changed.map(({ path }) => path), ...others.filter((path) => existsSync(path))]
  const contents = [...new Set([...files, ...others])]
  return [
    ...(await searchContents(tokens, contents)),
    ...searchNames(tokens, names),
    ...(await searchPacked(tokens, contents)),
  ]
}

/** Looks into every file that was changed since a stamp, and at its name, while the builds run. */
export const searchFilesDuring = async (
  tokens: Tokens,
  stamp: string,
  landmarks: Landmarks,
): Promise<readonly Hit[]> =>
  (await search(tokens, stamp, [])).map(({ way, path }) => ({
    way,
    place: placeOfFile(path, landmarks),
    moment: 'build',
    where: path,
  }))

/** Looks again when all has ended: at what changed since then, and at what was found. */
export const searchFilesAfter = async (
  tokens: Tokens,
  stamp: string,
  landmarks: Landmarks,
  before: readonly Hit[],
): Promise<readonly Hit[]> => {
  const known = before.map(({ where }) => where.replace(unpacked, ''))
  const found = await search(tokens, stamp, [
    ...new Set(known.filter((path) => path.startsWith('/'))),
  ])
  return found.map(({ way, path }) => ({
    way,
    place: placeOfFile(path, landmarks),
    moment: momentOfFile(path),
    where: path,
  }))
}
