import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Docker } from '../../src/docker/docker.ts'
import type { EngineApi } from '../../src/docker/engine-api.ts'
import { removeBuilderOf, removeLeftBuilders } from '../../src/docker/left-builders.ts'

const now = Date.now()
const day = 86_400_000
const run = '0123456789abcdef'
const other = 'fedcba9876543210'

type Container = { readonly name: string; readonly ageMs: number; readonly execs?: number }

/** The part of Docker's API that is asked here, with Docker's rule for volumes in use. */
const startDouble = (containers: readonly Container[], volumes: readonly [string, number][]) => {
  const left = { containers: [...containers], volumes: [...volumes] }
  const get = async (path: string): Promise<unknown> => {
    if (path.startsWith('/containers/json?all=1&'))
      return left.containers.map(({ name, ageMs }) => ({
        Id: `id-${name}`,
        Names: [`/${name}`],
        Created: (now - ageMs) / 1_000,
      }))
    if (path.startsWith('/volumes?'))
      return {
        Volumes: left.volumes.map(([Name, ageMs]) => ({
          Name,
          CreatedAt: new Date(now - ageMs).toISOString(),
        })),
      }
    const found = left.containers.find(({ name }) => path === `/containers/id-${name}/json`)
    return found && { ExecIDs: found.execs === undefined ? null : Array(found.execs).fill('e') }
  }
  const remove = async (path: string): Promise<void> => {
    left.containers = left.containers.filter(
      ({ name }) => path !== `/containers/id-${name}?force=1`,
    )
    const volume = path.replace('/volumes/', '')
    if (left.containers.some(({ name }) => `${name}_state` === volume)) throw new Error('in use')
    left.volumes = left.volumes.filter(([name]) => name !== volume)
  }
  const api = { get, remove } as unknown as EngineApi
  return {
    api,
    names: () => [...left.containers.map(({ name }) => name), ...left.volumes.map(([n]) => n)],
  }
}

const ofRun = (id: string, node = 0): string => `buildx_buildkit_slipway-${id}${node}`

/** A buildx that has a folder, and records what it is asked to do. */
const startBuildx = (ages: Readonly<Record<string, number>>) => {
  const folder = mkdtempSync(join(tmpdir(), 'buildx-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'instances'))
  for (const [name, ageMs] of Object.entries(ages)) {
    const file = join(folder, 'instances', name)
    writeFileSync(file, '{}')
    utimesSync(file, new Date(now - ageMs), new Date(now - ageMs))
  }
  const asked: string[] = []
  const docker = {
    command: () => ({ env: { BUILDX_CONFIG: folder } }),
    try: async (args: readonly string[]) => void asked.push(args.join(' ')),
  } as unknown as Docker
  return { docker, asked }
}

test('what machines left that died: only what is ours, too old for a job, and not in use', async () => {
  const kept = [
    { name: ofRun(other), ageMs: 4.9 * day },
    { name: ofRun(run, 1), ageMs: 6 * day, execs: 1 },
    { name: 'buildx_buildkit_slipway-mine0', ageMs: 60 * day },
    { name: `buildx_buildkit_own-slipway-${run}0`, ageMs: 60 * day },
    { name: `my-buildx_buildkit_slipway-${run}0`, ageMs: 60 * day },
    { name: 'buildx_buildkit_builder-30', ageMs: 60 * day },
  ]
  const volumes: [string, number][] = kept.map(({ name, ageMs }) => [`${name}_state`, ageMs])
  const gone = ofRun(run)
  const { api, names } = startDouble(
    [{ name: gone, ageMs: 6 * day }, ...kept],
    [
      ...volumes,
      [`${gone}_state`, 6 * day],
      [`${ofRun(other, 2)}_state`, 6 * day],
      [`${ofRun(other, 3)}_state`, 4 * day],
      [`${ofRun(other, 4)}_data`, 6 * day],
    ],
  )
  const { docker, asked } = startBuildx({
    [`slipway-${run}`]: 6 * day,
    [`slipway-${other}`]: 4 * day,
    'slipway-mine': 60 * day,
    builder: 60 * day,
  })
  await removeLeftBuilders(docker, api, now)
  expect(names()).toEqual([
    ...kept.map(({ name }) => name),
    ...volumes.map(([name]) => name),
    `${ofRun(other, 3)}_state`,
    `${ofRun(other, 4)}_data`,
  ])
  expect(asked).toEqual([`buildx rm --force slipway-${run}`])
})

test('of a time that Docker does not know, nothing is said', async () => {
  const { api, names } = startDouble([{ name: ofRun(run), ageMs: now }], [])
  await removeLeftBuilders(startBuildx({}).docker, api, now)
  expect(names()).toEqual([ofRun(run)])
})

test("a run's own builder goes with all its nodes, whatever its age, and no other run's", async () => {
  const { api, names } = startDouble(
    [
      { name: ofRun(run), ageMs: 0 },
      { name: ofRun(run, 12), ageMs: 0 },
      { name: ofRun(other), ageMs: 0 },
    ],
    [[`${ofRun(run, 1)}_state`, 0]],
  )
  expect(await removeBuilderOf(api, run)).toBe(true)
  expect(names()).toEqual([ofRun(other)])
  expect(await removeBuilderOf(api, run)).toBe(false)
})
