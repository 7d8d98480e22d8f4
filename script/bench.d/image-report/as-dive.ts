import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Session } from '../host/session.ts'

/** The sizes of files in what `tar --list --verbose --numeric-owner` prints. */
export const sumOfListing = (listing: string): number =>
  listing
    .split('\n')
    .filter((line) => line.startsWith('-'))
    .reduce((sum, line) => sum + Number(/^\S+ \S+ +(\d+) /.exec(line)?.[1]), 0)

/**
 * What dive does: the image is saved, its archive extracted, and every layer walked. Less than dive, which
 * also hashes every file and compares the layers' trees.
 *
 * @returns seconds, and the bytes that dive calls the image's size
 */
export const lookAsDive = async (
  { run, docker, tempDir }: Session,
  image: string,
): Promise<{ readonly seconds: number; readonly bytes: number }> => {
  const folder = mkdtempSync(join(tempDir, 'as-dive-'))
  const archive = join(folder, 'image.tar')
  const started = performance.now()
  await docker(['save', '--output', archive, image])
  await run('tar', ['--extract', `--file=${archive}`, `--directory=${folder}`])
  const manifest = readFileSync(join(folder, 'manifest.json'), 'utf8')
  const [first] = JSON.parse(manifest) as readonly { readonly Layers: readonly string[] }[]
  let bytes = 0
  for (const layer of first?.Layers ?? []) {
    const list = ['--list', '--verbose', '--numeric-owner', `--file=${join(folder, layer)}`]
    bytes += sumOfListing(await run('tar', list, { env: { LC_ALL: 'C' } }))
  }
  const seconds = (performance.now() - started) / 1_000
  rmSync(folder, { recursive: true })
  return { seconds, bytes }
}
