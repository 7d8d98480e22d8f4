import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeFiles } from '../support/bake.ts'
import { withoutPruning } from '../support/builder-turn.ts'
import { type CacheService, startCacheService } from '../support/cache-service.ts'
import { forget } from '../support/cold-builds.ts'
import { useEngine, warningsOf, waysOf } from '../support/loading.ts'
import { runPod } from '../support/pod.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  type Cluster,
  ctr,
  imagesOf,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

let cluster: Cluster
let workspace: string
let service: CacheService
const name = uniqueName('kept').replace('-', '')
const tag = `${name}/app:dev`

beforeAll(async () => {
  useEngine('containerd')
  cluster = await startCluster(1)
  service = await startCacheService()
  workspace = await mkdtemp(join(tmpdir(), 'kept-builds-'))
  await writeFiles(workspace, {
    Dockerfile: [
      `FROM ${baseImage()} AS ${name}tools`,
      `RUN head -c 11000000 /dev/urandom >/${name}-tools`,
      `FROM ${baseImage()} AS ${name}`,
      `COPY --from=${name}tools /${name}-tools /tools`,
      `RUN md5sum /tools >/${name}-sum && head -c 16 /dev/urandom | md5sum >/chance`,
      `COPY --link own /${name}-own`,
      '',
    ].join('\n'),
  })
})
afterAll(async () => {
  await cluster?.remove()
  await service?.stop()
  await rm(workspace, { recursive: true })
})

/** As on a machine that never saw the build: neither its builder nor its node has anything of it. */
const forgetAll = async (): Promise<void> => {
  const [node = ''] = cluster.nodes
  const names = (await imagesOf(node)).filter((each) => !/pause/.test(each))
  if (names.length > 0) await ctr(node, 'images', 'remove', '--sync', ...names)
  await forget(name)
}

const run = async (own: string) => {
  await writeFiles(workspace, { own })
  const done = await withoutPruning(() =>
    runSlipway(
      { context: '.', tags: tag, 'cluster-name': cluster.name, 'build-cache': 'true' },
      {
        github: { workspace },
        runtime: { token: service.token, resultsUrl: service.resultsUrl },
      },
    ),
  )
  const inPod = (path: string) => runPod(cluster.nodes[0] ?? '', tag, ['cat', path])
  return { ...done, chance: await inPod('/chance'), own: await inPod(`/${name}-own`) }
}

/** Sizes and times of images are kept there, too. */
const keptEntries = () =>
  service.entries.filter(({ key }) => /^slipway-(?:layers?|build)-v1-/.test(key))
const layersOf = () => keptEntries().filter(({ key }) => key.startsWith('slipway-layer-'))
const savedSince = (count: number): number =>
  keptEntries()
    .slice(count)
    .reduce((sum, { content }) => sum + (content?.length ?? 0), 0)

let chance = ''

test('a runner that has nothing has what the last one made, and keeps nothing again', async () => {
  const first = await run('one')
  expect([first.exitCode, warningsOf(first)]).toEqual([0, []])
  expect(first.log).toMatch(/build-cache: [\d.]+ MB kept for later runs/)
  chance = first.chance
  const count = keptEntries().length
  await forgetAll()
  const same = await run('one')
  expect([same.exitCode, warningsOf(same), waysOf(same)]).toEqual([0, [], ['link']])
  expect([same.chance, same.own]).toEqual([chance, 'one'])
  expect(same.log).toMatch(
    /build-cache: (\d) of \1 steps hit, .*[\d.]+ MB fetched in .*Without it, \S+ took /,
  )
  expect(
    keptEntries()
      .map(({ key }) => key)
      .slice(count),
  ).toEqual([])
})

test('one changed file costs its layer and less than 100 KB', async () => {
  await forgetAll()
  const count = keptEntries().length
  const own = randomBytes(50_000).toString('hex')
  const changed = await run(own)
  expect([changed.exitCode, warningsOf(changed)]).toEqual([0, []])
  expect([changed.chance, changed.own]).toEqual([chance, own])
  expect(changed.log).toMatch(
    /build-cache: \S+ missed COPY --link own \S+ \(line \d+ of Dockerfile\): own changed\./,
  )
  expect(keptEntries().length).toBeGreaterThan(count)
  expect(savedSince(count)).toBeLessThan(own.length + 100_000)
})

test('layers whose entries are broken are made again, and kept', async () => {
  await forgetAll()
  for (const layer of layersOf()) layer.content = Buffer.from('evil')
  const poisoned = await run('one')
  expect([poisoned.exitCode, poisoned.own]).toEqual([0, 'one'])
  expect(poisoned.chance).not.toBe(chance)
  const warnings = warningsOf(poisoned)
  expect(warnings).not.toEqual([])
  for (const warning of warnings)
    expect(warning).toMatch(/^build-cache: the entry slipway-layer-v1-\S+ is not used/)
  await forgetAll()
  const mended = await run('one')
  expect([mended.exitCode, warningsOf(mended)]).toEqual([0, []])
  expect(mended.chance).toBe(poisoned.chance)
})
