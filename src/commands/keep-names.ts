import { attempt } from '../failure.ts'
import type { Env } from '../host/command.ts'
import { makeTempDir } from '../host/temp-dir.ts'
import { isImagesKey } from '../memory/image-memory.ts'
import { rememberNames } from '../memory/memory.ts'
import { isPartsKey } from '../memory/parts-memory.ts'
import { isTimesKey } from '../memory/time-memory.ts'
import type { CacheAccess } from '../store/ask-cache.ts'
import { leftoversOf } from './cleanup.ts'

type Place = { readonly [K in 'childEnv' | 'cacheEnv']: Env } & { readonly tempDir: string }

const isOurs = (name: string): boolean =>
  [isTimesKey, isImagesKey, isPartsKey].some((isOne) => isOne(name))

/**
 * Writes down what main's builds took and how large their images and these' parts are, for the next runs to
 * compare. Never fails.
 *
 * @param state what main left, which a build may have tried to set
 */
export const keepNames = async (
  place: Place,
  front: Pick<CacheAccess, 'mask' | 'debug'>,
  runId: string,
  state: string,
): Promise<void> => {
  const names = state.split(' ').filter(isOurs)
  if (names.length === 0) return
  // Main's own is gone, unless it was killed; cleaning up removes it in any case.
  const { tempDir } = leftoversOf(place, runId)
  attempt(() => makeTempDir(tempDir))
  const access = {
    env: { ...place.childEnv, RUNNER_TEMP: tempDir },
    variables: place.cacheEnv,
    signal: new AbortController().signal,
    ...front,
  }
  await rememberNames(access, names)
}
