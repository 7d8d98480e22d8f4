import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFiles } from '../files/sync-files.ts'
import type { WantedFiles } from '../files/wanted.ts'
import { formatCount } from '../text/format.ts'
import { createFilesCache } from './files-cache.ts'
import type { FilesResult } from './files-result.ts'
import type { Handler } from './ports.ts'

/** Copying and hashing want a core each; the store's disk is one. */
const mostWorkers = 4

/** What the store keeps of files that no node has: the next cluster on this machine may want them. */
const keptBytes = 10_000_000_000

const toLfsDigests = ({ files: { origin }, found }: WantedFiles): readonly string[] =>
  origin.kind === 'lfs' && found.kind === 'remote' ? [...(found.source.elsewhere ?? [])] : []

/** Puts files into nodes. */
export const syncNodeFiles: Handler<'sync-files'> = async (
  { wanted, removals, verifies, cache: plan },
  { docker: { api, engine }, log, run },
): Promise<FilesResult> => {
  const folder = join(run.layoutDir, 'files')
  await mkdir(folder, { mode: 0o700, recursive: true })
  try {
    const cache = createFilesCache(plan, folder, { log, run })
    const result = await syncFiles(api, {
      ...{ wanted, removals, verifies, folder, keptBytes },
      keeping: cache,
      runId: run.id,
      workers: Math.min(engine.cores, mostWorkers),
      line: log.line,
      signal: run.signal,
    })
    const fetched = await cache.save()
    const { broken } = result
    if (broken.length > 0) {
      log.warning(
        `node-files: ${formatCount(broken.length, 'file')} had changed in a node or in the store, and ${broken.length === 1 ? 'was' : 'were'} replaced: ${broken.slice(0, 3).join(', ')}`,
      )
    }
    const lfs = new Set(wanted.flatMap(toLfsDigests))
    const lfsBytes = fetched.reduce(
      (sum, { sha256, sizeBytes }) => sum + (lfs.has(sha256) ? sizeBytes : 0),
      0,
    )
    return { ...result, lfsBytes }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
