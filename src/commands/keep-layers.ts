import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { renderError } from '../failure.ts'
import type { Env } from '../host/command.ts'
import type { Log } from '../host/log.ts'
import { readOwnFile } from '../host/own-folder.ts'
import type { CacheAccess } from '../store/ask-cache.ts'
import type { StoredFile } from '../store/entry.ts'
import { createEntryCache } from '../store/entry-cache.ts'
import { saveEntries } from '../store/save-entries.ts'
import { parseSavedPlan, savedPlanFile } from '../store/saved-plan.ts'
import { formatBytes, formatDuration } from '../text/format.ts'
import { leftoversOf } from './cleanup.ts'

type Place = { readonly [K in 'childEnv' | 'cacheEnv']: Env } & { readonly tempDir: string }

/** Later steps of the job run as the same user. */
const isUntouched = async ({ sha256 }: StoredFile, folder: string): Promise<boolean> => {
  const hash = createHash('sha256')
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  try {
    const handle = await open(join(folder, sha256), flags)
    for await (const piece of handle.createReadStream()) hash.update(piece)
    return hash.digest('hex') === sha256
  } catch {
    return false
  }
}

/**
 * Keeps what builds have made for later runs, after the job's other steps. Never fails.
 *
 * @param mark the state that main has left, which a build may have tried to set
 */
export const keepLayers = async (
  place: Place,
  front: Pick<CacheAccess, 'mask' | 'debug'> & Pick<Log, 'line' | 'warning'>,
  runId: string,
  mark: string,
): Promise<void> => {
  if (mark === '') return
  const { laterDir: folder } = leftoversOf(place, runId)
  const began = performance.now()
  const { signal } = new AbortController()
  const { cacheEnv: variables, childEnv: env } = place
  try {
    const entries = parseSavedPlan(readOwnFile(folder, savedPlanFile), mark)
    if (entries === undefined) throw new Error('what main has left is not there any more')
    const whole = []
    for (const { key, files } of entries) {
      const untouched = await Promise.all(files.map((file) => isUntouched(file, folder)))
      if (untouched.includes(false)) throw new Error(`somebody has changed what belongs to ${key}`)
      whole.push({ key, files, fallbacks: [], part: undefined })
    }
    const cache = createEntryCache({ env, variables, signal, ...front })
    const order = { cache, folder, input: 'build-cache', warn: front.warning, signal }
    const bytes = await saveEntries(whole, order)
    const took = formatDuration(performance.now() - began)
    front.line(`build-cache: ${formatBytes(bytes)} kept for later runs in ${took}.`)
  } catch (error) {
    front.warning(`build-cache: nothing is kept of this run: ${renderError(error)}`)
  }
}
