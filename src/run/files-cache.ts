import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { withinBudget } from '../files/kept/entries.ts'
import { restoreFiles } from '../files/kept/restore-files.ts'
import { saveFiles } from '../files/kept/save-files.ts'
import type { FilesCachePlan } from '../plan/work.ts'
import type { StoredFile } from '../store/entry.ts'
import { createEntryCache } from '../store/entry-cache.ts'
import { formatBytes, formatCount } from '../text/format.ts'
import type { Ports } from './ports.ts'

const sum = (files: readonly StoredFile[]): number =>
  files.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0)

/** Files from elsewhere that one step needs, kept from run to run in the Actions cache. */
export const createFilesCache = (
  plan: FilesCachePlan,
  folder: string,
  { log, run }: Pick<Ports, 'log' | 'run'>,
) => {
  const asked = new Map<string, StoredFile>()
  const restored = new Set<string>()
  const stored = {
    ...{ cache: createEntryCache(run.cache), folder, input: 'node-files-cache' },
    ...{ warn: log.warning, signal: run.signal },
  }
  return {
    keepsArchives: plan?.mayWrite === true,
    restore: async (files: readonly StoredFile[]): Promise<void> => {
      for (const file of files) asked.set(file.sha256, file)
      if (plan === undefined || files.length === 0) return
      const { kept } = withinBudget(files, plan.bytes)
      const order = { ...stored, scope: plan.scope }
      const came = await restoreFiles(kept, order)
      for (const sha256 of came) restored.add(sha256)
      const bytes = sum(kept.filter(({ sha256 }) => came.has(sha256)))
      if (came.size > 0)
        log.line(
          `node-files-cache: ${formatCount(came.size, 'file')} restored, ${formatBytes(bytes)}`,
        )
    },
    /**
     * Keeps what has come from its source.
     *
     * @returns that
     */
    save: async (): Promise<readonly StoredFile[]> => {
      const all = [...asked.values()].filter(
        ({ sha256 }) => lstatSync(join(folder, sha256), { throwIfNoEntry: false }) !== undefined,
      )
      const fetched = all.filter(({ sha256 }) => !restored.has(sha256))
      if (fetched.length === 0) return fetched
      const what = `${formatCount(fetched.length, 'file')}, ${formatBytes(sum(fetched))},`
      if (plan === undefined) return fetched
      if (!plan.mayWrite) {
        log.line(`node-files-cache: ${what} not kept: this run may only read the cache.`)
        return fetched
      }
      const { kept, leftOut } = withinBudget(all, plan.bytes)
      const order = { ...stored, scope: plan.scope, restored }
      const bytes = await saveFiles(kept, order)
      log.line(`node-files-cache: ${formatBytes(bytes)} kept for later runs.`)
      if (leftOut.length > 0)
        log.warning(
          `node-files-cache-limit: ${formatCount(leftOut.length, 'file')}, ${formatBytes(sum(leftOut))}, beyond ${formatBytes(plan.bytes)} not kept. Later runs fetch them again.`,
        )
      return fetched
    },
  }
}
