import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import type { KeptCache } from '../files/kept/cache.ts'
import { type KeptFile, withinBudget } from '../files/kept/entries.ts'
import { restoreFiles } from '../files/kept/restore-files.ts'
import { saveFiles } from '../files/kept/save-files.ts'
import { askCache, type CacheAccess } from '../memory/cache-client.ts'
import type { FilesCachePlan } from '../plan/steps.ts'
import { formatBytes, formatCount } from '../text/format.ts'
import type { Ports } from './ports.ts'

/** The library's own for a download; uploads of 10 GB take as long. */
const timeoutMs = 20 * 60_000

/** By the library for it, in a process of its own. */
export const toCache = (access: CacheAccess): KeptCache => {
  const ask = async (
    kind: 'fetch' | 'save',
    keys: readonly string[],
    folder: string,
    signal: AbortSignal,
  ): Promise<string | undefined> => {
    const own = { ...access, env: { ...access.env, RUNNER_TEMP: folder }, signal }
    const [found] = await askCache(own, timeoutMs, { kind, path: 'kept', keys })
    return found
  }
  return {
    fetch: (keys, folder, signal) => ask('fetch', keys, folder, signal),
    save: async (key, folder, signal) => (await ask('save', [key], folder, signal)) !== undefined,
  }
}

const sum = (files: readonly KeptFile[]): number =>
  files.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0)

/** Files from elsewhere that one step needs, kept from run to run in the Actions cache. */
export const createFilesCache = (
  plan: FilesCachePlan,
  folder: string,
  { log, run }: Pick<Ports, 'log' | 'run'>,
) => {
  const asked = new Map<string, KeptFile>()
  const restored = new Set<string>()
  const cache = toCache(run.cache)
  const { signal } = run
  return {
    restore: async (files: readonly KeptFile[]): Promise<void> => {
      for (const file of files) asked.set(file.sha256, file)
      if (plan === undefined || files.length === 0) return
      const { kept } = withinBudget(files, plan.bytes)
      const order = { cache, folder, scope: plan.scope, warn: log.warning, signal }
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
    save: async (): Promise<readonly KeptFile[]> => {
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
      const order = { cache, folder, scope: plan.scope, restored, warn: log.warning, signal }
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
