import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { attempt } from '../failure.ts'
import { longestJobMs, toBuilderName, toBuilderPattern, toBuilderVolume } from '../ownership.ts'
import type { Docker } from './docker.ts'
import { findDockerFolders } from './docker-folders.ts'
import type { EngineApi, Get } from './engine-api.ts'

type Container = {
  readonly Id: string
  readonly Names?: readonly string[]
  readonly Created?: number
}
type Inspected = { readonly ExecIDs?: readonly string[] | null }
type Volume = { readonly Name: string; readonly CreatedAt?: string }

const list = <T>(get: Get, path: string): Promise<T | undefined> => {
  const filters = encodeURIComponent('{"name":["buildx_buildkit_slipway-"]}')
  return get<T>(`${path}filters=${filters}`)
}

const findContainers = async (get: Get, pattern: RegExp) => {
  const containers = (await list<readonly Container[]>(get, '/containers/json?all=1&')) ?? []
  return containers
    .filter(({ Names = [] }) => Names.some((name) => pattern.test(name.replace(/^\//, ''))))
    .map(({ Id: id, Created = 0 }) => ({ id, createdMs: Created * 1_000 }))
}

const findVolumes = async (get: Get, pattern: RegExp) => {
  const listed = await list<{ readonly Volumes?: readonly Volume[] | null }>(get, '/volumes?')
  const end = toBuilderVolume('')
  return (listed?.Volumes ?? [])
    .filter(({ Name }) => Name.endsWith(end) && pattern.test(Name.slice(0, -end.length)))
    .map(({ Name: name, CreatedAt = '' }) => ({ name, createdMs: Date.parse(CreatedAt) }))
}

const removeContainer = (api: EngineApi, id: string): Promise<unknown> =>
  api.remove(`/containers/${id}?force=1`)

/** Docker refuses it for one that a container has. */
const removeVolume = (api: EngineApi, name: string): Promise<unknown> =>
  api.remove(`/volumes/${name}`).catch(() => {})

/**
 * Removes the containers and volumes of a run's builder.
 *
 * @returns whether there were any
 */
export const removeBuilderOf = async (api: EngineApi, runId: string): Promise<boolean> => {
  const pattern = toBuilderPattern(runId)
  const containers = await findContainers(api.get, pattern)
  for (const { id } of containers) await removeContainer(api, id)
  const volumes = await findVolumes(api.get, pattern)
  for (const { name } of volumes) await removeVolume(api, name)
  return containers.length + volumes.length > 0
}

/** Every command of buildx talks through a process in the container. */
const isInUse = async (get: Get, id: string): Promise<boolean> =>
  ((await get<Inspected>(`/containers/${id}/json`))?.ExecIDs ?? []).length > 0

/** Docker has written no time for what it does not know. */
const isLeft = (createdMs: number, nowMs: number): boolean =>
  createdMs > 0 && nowMs - createdMs > longestJobMs

/** Names of builders that buildx still knows. */
const findKnown = (docker: Docker, nowMs: number): readonly string[] => {
  const { path } = findDockerFolders(docker.command([]).env).buildx
  const folder = join(path ?? '', 'instances')
  const pattern = new RegExp(`^${toBuilderName('[0-9a-f]{16}')}$`)
  const names = (path && attempt(() => readdirSync(folder))) || []
  return names.filter(
    (name) =>
      pattern.test(name) && isLeft(attempt(() => statSync(join(folder, name)).mtimeMs) ?? 0, nowMs),
  )
}

/**
 * Removes builders of runs on machines that died before post could run.
 *
 * @param nowMs since 1970
 */
export const removeLeftBuilders = async (
  docker: Docker,
  api: EngineApi,
  nowMs: number,
): Promise<void> => {
  const pattern = toBuilderPattern()
  for (const { id, createdMs } of await findContainers(api.get, pattern)) {
    if (isLeft(createdMs, nowMs) && !(await isInUse(api.get, id))) await removeContainer(api, id)
  }
  for (const { name, createdMs } of await findVolumes(api.get, pattern)) {
    if (isLeft(createdMs, nowMs)) await removeVolume(api, name)
  }
  for (const name of findKnown(docker, nowMs)) await docker.try(['buildx', 'rm', '--force', name])
}
