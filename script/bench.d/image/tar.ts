/** The little of tar (ustar) that an image needs. */

const block = 512

/** What eleven octal digits can say. */
const largestOctal = 8 ** 11 - 1

/** All files are of this time, so that only content makes images differ. */
const modified = 1_700_000_000

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0')

const writeSize = (header: Buffer, size: number): void => {
  if (size <= largestOctal) header.write(octal(size, 11), 124)
  else {
    // GNU's base 256: the first bit says so, the number stands at the end.
    header[124] = 0x80
    header.writeBigUInt64BE(BigInt(size), 128)
  }
}

const writeHeader = (path: string, size: number, mode: number, type: '0' | '5'): Buffer => {
  if (path.length > 100) throw new Error(`too long for a tar header: ${path}`)
  const header = Buffer.alloc(block)
  header.write(path, 0)
  header.write(octal(mode, 7), 100)
  header.write(octal(0, 7), 108)
  header.write(octal(0, 7), 116)
  writeSize(header, size)
  header.write(octal(modified, 11), 136)
  header.write(' '.repeat(8), 148)
  header.write(type, 156)
  header.write('ustar\u000000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${octal(sum, 6)}\u0000 `, 148)
  return header
}

export const fileHeader = (path: string, size: number): Buffer =>
  writeHeader(path, size, 0o644, '0')

export const folderHeader = (path: string): Buffer => writeHeader(path, 0, 0o755, '5')

/** What follows a file's content. */
export const paddingOf = (size: number): Buffer => Buffer.alloc((block - (size % block)) % block)

export const endOfArchive = (): Buffer => Buffer.alloc(2 * block)

/** Bytes of an archive of folders and files. */
export const archiveSize = (folders: number, sizes: readonly number[]): number =>
  sizes.reduce((sum, size) => sum + block + Math.ceil(size / block) * block, folders * block) +
  2 * block
