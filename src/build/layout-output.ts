import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toBlobPath } from '../image/sources/layout-root.ts'
import { quote } from './outputs.ts'

/** Has buildx write an image as files, each layer as the tar that its diff ID is the digest of. */
export const toLayoutOutput = (folder: string): string =>
  [
    'type=oci',
    'tar=false',
    quote(`dest=${folder}`),
    'compression=uncompressed',
    'force-compression=true',
  ].join(',')

/**
 * Makes the folder that a builder writes an image into. It does not send a layer whose file is there, and does
 * not look into it.
 *
 * @param folder an absolute path; what was there is gone
 * @param needless diff IDs of layers that nobody needs
 */
export const prepareLayout = (folder: string, needless: Iterable<string>): void => {
  rmSync(folder, { recursive: true, force: true })
  // Also where nothing is needless: Bake takes a folder that is not there yet for a privilege that is not given.
  mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true, mode: 0o700 })
  for (const diffId of needless) writeFileSync(toBlobPath(folder, diffId), '')
}

/** Has the next build send layers that the last one was not to send. */
export const wantLayers = (folder: string, diffIds: readonly string[]): void => {
  for (const diffId of diffIds) rmSync(toBlobPath(folder, diffId), { force: true })
}
