import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toDigest } from '../../src/image/digest.ts'

/** Writes a blob as it is, or a document, and says its digest. */
export type PutBlob = (content: unknown) => Promise<string>

const print = `#!/bin/sh
folder=\${0%/*}/../blobs
for last; do :; done
echo "$*" >>"$folder/../asked"
[ -e "$folder/$last" ] || { echo "ctr: content digest $last: not found" >&2; exit 1; }
exec cat "$folder/$last"
`

/**
 * Makes a folder `bin` with a `ctr` that prints what a containerd's content store has, for programs that find it
 * by their `PATH`; a file `asked` has the arguments of each call.
 */
export const makeContentStore = async (place: string): Promise<PutBlob> => {
  await Promise.all(['bin', 'blobs'].map((name) => mkdir(join(place, name), { recursive: true })))
  await writeFile(join(place, 'bin/ctr'), print, { mode: 0o755 })
  return async (content) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    const digest = toDigest(text)
    await writeFile(join(place, 'blobs', digest), text)
    return digest
  }
}
