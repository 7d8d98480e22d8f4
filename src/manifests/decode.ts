/** Marks at a file's beginning that say how its text is encoded. */
const encodings: readonly (readonly [mark: readonly number[], name: string])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
]

const hasMark = (bytes: Buffer, mark: readonly number[]): boolean =>
  mark.every((byte, index) => bytes[index] === byte)

/** A manifest's text, as an editor of any system may have saved it; a string with `why` says why it is none. */
export const decodeManifest = (
  bytes: Buffer,
): { readonly text: string } | { readonly why: string } => {
  const [, encoding = 'utf-8'] = encodings.find(([mark]) => hasMark(bytes, mark)) ?? []
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
    // Half of UTF-16 is zeros, where no mark tells that it is.
    return text.includes('\0')
      ? { why: 'it is not UTF-8 text (UTF-16 without a byte order mark?)' }
      : { text }
  } catch {
    return { why: `it is not ${encoding.toUpperCase()} text` }
  }
}
