import { attempt } from '../failure.ts'
import type { Env } from '../host/command.ts'
import { makeTempDir } from '../host/temp-dir.ts'
import type { CacheAccess } from '../memory/cache-client.ts'
import { rememberName } from '../memory/memory.ts'
import { isTimesKey } from '../memory/time-memory.ts'
import { leftoversOf } from './cleanup.ts'

type Place = { readonly [K in 'childEnv' | 'cacheEnv']: Env } & { readonly tempDir: string }

/**
 * Writes down what main's builds took, for the next runs to compare. Never fails.
 *
 * @param name what main left as a state, which a build may have tried to set
 */
export const keepTimes = async (
  place: Place,
  front: Pick<CacheAccess, 'mask' | 'debug'>,
  runId: string,
  name: string,
): Promise<void> => {
  if (!isTimesKey(name)) return
  // Main's own is gone, unless it was killed; cleaning up removes it in any case.
  const { tempDir } = leftoversOf(place, runId)
  attempt(() => makeTempDir(tempDir))
  const access = {
    env: { ...place.childEnv, RUNNER_TEMP: tempDir },
    variables: place.cacheEnv,
    signal: new AbortController().signal,
    ...front,
  }
  await rememberName(access, name)
}
