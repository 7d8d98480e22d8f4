import { createHash } from 'node:crypto'
import { Failure } from '../../failure.ts'
import { architecture } from '../../host/architecture.ts'
import { findNearestWord } from '../../text/nearest.ts'
import type { CacheMount } from '../dockerfile/cache-mounts.ts'
import { readDockerfile, toBakeFiles, toBakeWords } from '../dockerfile/find.ts'
import { findCacheMounts } from '../dockerfile/stages.ts'
import type { Target } from '../target.ts'

/** The caches to keep, and the names of the targets that mount them. */
export type ChosenMounts = {
  readonly mounts: readonly CacheMount[]
  readonly users: readonly string[]
}

export const noMounts: ChosenMounts = { mounts: [], users: [] }

/** What has another of these is another cache, though its id is the same; `sharing` is only how it is used. */
const toIdentity = ({ id, uid, gid, mode }: CacheMount): string =>
  JSON.stringify([id, uid ?? null, gid ?? null, mode ?? null])

/** How the keys of a cache's entries begin. */
export const toMountStart = (mount: CacheMount): string => {
  const text = `${architecture}\0${toIdentity(mount)}`
  return `slipway-mount-v1-${createHash('sha256').update(text).digest('hex').slice(0, 16)}-`
}

const findInTarget = ({ name, bake }: Target, workspace: string) => {
  const words = toBakeWords(bake.definition)
  const dockerfile = readDockerfile(toBakeFiles(bake.definition, workspace))
  // It is put before all ids, by whoever wants to have several caches of one.
  const isApart = 'BUILDKIT_CACHE_MOUNT_NS' in words.args
  return findCacheMounts(dockerfile, words).map((found) => ({
    ...found,
    name,
    ...(isApart && { mount: undefined, why: 'has BUILDKIT_CACHE_MOUNT_NS before its id' }),
  }))
}

const explain = (id: string, known: readonly string[], unclear: readonly string[]): Failure => {
  const near = findNearestWord(id, known)
  const others = known.length === 0 ? '' : ` They mount ${known.join(', ')}.`
  const hint = near === undefined ? others : ` Did you mean ${near}?`
  const left = unclear.length === 0 ? '' : ` Not known: ${unclear.join('; ')}.`
  return new Failure(`cache-mounts (${JSON.stringify(id)}): no build mounts a cache of this id`, {
    remedy: `Write the id of a RUN --mount=type=cache, or its target where it has none.${hint}${left}`,
  })
}

/**
 * Finds the caches of these ids in the Dockerfiles of what is built.
 *
 * @throws {Failure} when no build mounts one of them, as far as Dockerfiles of this machine say
 */
export const chooseMounts = (
  ids: readonly string[],
  targets: readonly Target[],
  workspace: string,
): ChosenMounts => {
  if (ids.length === 0) return noMounts
  const all = targets.flatMap((target) => findInTarget(target, workspace))
  const clear = all.flatMap(({ mount, name }) => (mount === undefined ? [] : [{ mount, name }]))
  const known = [...new Set(clear.map(({ mount }) => mount.id))]
  const unclear = all.flatMap((each) =>
    each.mount === undefined ? [`the one in line ${each.line} of ${each.name} ${each.why}`] : [],
  )
  for (const id of ids) if (!known.includes(id)) throw explain(id, known, unclear)
  const chosen = clear.filter(({ mount }) => ids.includes(mount.id))
  const once = new Map(chosen.map(({ mount }) => [toIdentity(mount), mount]))
  return { mounts: [...once.values()], users: [...new Set(chosen.map(({ name }) => name))] }
}
