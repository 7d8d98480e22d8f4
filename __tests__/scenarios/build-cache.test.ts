import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bakeGroup, bakeTarget, writeFiles } from '../support/bake.ts'
import { withoutPruning } from '../support/builder-turn.ts'
import { useEngine, warningsOf, waysOf } from '../support/loading.ts'
import { startOtherBuilder } from '../support/other-builder.ts'
import { runPod } from '../support/pod.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  type Cluster,
  ctr,
  docker,
  imagesOf,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

let cluster: Cluster
let workspace: string
const name = uniqueName('cold')
const tag = `${name}/app:dev`

beforeAll(async () => {
  useEngine('containerd')
  cluster = await startCluster(2)
  workspace = await mkdtemp(join(tmpdir(), 'build-cache-'))
})
afterAll(async () => {
  await cluster?.remove()
  await rm(workspace, { recursive: true })
})

const run = (
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
) =>
  withoutPruning(() =>
    runSlipway(
      { 'cluster-name': cluster.name, 'build-cache': 'true', ...inputs },
      { github: { workspace }, env },
    ),
  )

const inPods = (image: string, path: string): Promise<readonly string[]> =>
  Promise.all(cluster.nodes.map((node) => runPod(node, image, ['cat', path])))

/** The image of one file that changes, on layers that do not. */
const write = (own: string, lines: readonly string[] = []) =>
  writeFiles(workspace, {
    own: `${own}\n`,
    Dockerfile: [
      `FROM ${baseImage()}`,
      `RUN echo ${name} >/first`,
      `COPY --link own /${name}`,
      ...lines,
      '',
    ].join('\n'),
  })

test("what Docker's own builder pushes to the step's registry is in the nodes, and nowhere else", () =>
  withoutPruning(async () => {
    await write('old')
    const first = await run({ context: '.', tags: tag })
    expect([first.exitCode, warningsOf(first)]).toEqual([0, []])
    expect(waysOf(first)).toEqual(['link', 'link'])
    expect(await inPods(tag, `/${name}`)).toEqual(['old', 'old'])
    expect(await docker('image', 'ls', '--quiet', tag)).toBe('')
    // Nobody learns by which name one could have read and written.
    expect(first.log).toContain("the step's registry")
    expect(first.log).not.toMatch(/127\.0\.0\.1:\d+\/[0-9a-f]{32}/)
    expect(JSON.stringify(first.outputs)).not.toMatch(/127\.0\.0\.1/)
    for (const node of cluster.nodes)
      expect((await imagesOf(node)).join()).not.toMatch(/127\.0\.0\.1|slipway\.invalid/)
    expect((await readdir(first.files.temp)).filter((each) => each.includes('slipway'))).toEqual([])

    const same = await run({ context: '.', tags: tag })
    expect([same.exitCode, waysOf(same)]).toEqual([0, ['present', 'present']])
    await write('new')
    const changed = await run({ context: '.', tags: tag })
    expect([changed.exitCode, warningsOf(changed)]).toEqual([0, []])
    expect(await inPods(tag, `/${name}`)).toEqual(['new', 'new'])
  }))

test('layers that nodes have on top of others, or have lost, are sent', async () => {
  await write('new', ['RUN echo more >/more'])
  expect((await run({ context: '.', tags: tag })).exitCode).toBe(0)
  const [, worker = ''] = cluster.nodes
  const names = (await imagesOf(worker)).filter((each) => !/pause/.test(each))
  await ctr(worker, 'images', 'remove', '--sync', ...names)
  const again = await run({ context: '.', tags: tag })
  expect([again.exitCode, waysOf(again)]).toEqual([0, ['present', 'link']])
  expect(await inPods(tag, '/more')).toEqual(['more', 'more'])
  // The linked layer is what it was, below a new one.
  await writeFiles(workspace, {
    Dockerfile: `FROM ${baseImage()}\nRUN echo other >/other\nCOPY --link own /${name}\n`,
  })
  const turned = await run({ context: '.', tags: tag })
  expect([turned.exitCode, warningsOf(turned)]).toEqual([0, []])
  expect(turned.log).toContain('of its layers on top of others')
  expect(await inPods(tag, '/other')).toEqual(['other', 'other'])
  expect(await inPods(tag, `/${name}`)).toEqual(['new', 'new'])
})

test('targets that are built upon each other need no image in Docker', async () => {
  await writeFiles(workspace, {
    'docker-bake.hcl': [
      bakeGroup(['a', 'b']),
      bakeTarget('base', [`${name}/base:dev`]),
      bakeTarget('a', [`${name}/a:dev`], { contexts: { base: 'target:base' } }),
      bakeTarget('b', [`${name}/b:dev`]),
    ].join(''),
    'base/Dockerfile': `FROM ${baseImage()}\nRUN head -c 16 /dev/urandom | md5sum >/base-${name}\n`,
    'a/Dockerfile': `FROM base\nRUN echo a >/own\n`,
    'b/Dockerfile': `FROM ${name}/base:dev\nRUN echo b >/own\n`,
  })
  const made = await run({ 'bake-files': 'docker-bake.hcl' })
  expect([made.exitCode, warningsOf(made)]).toEqual([0, []])
  expect(await inPods(`${name}/a:dev`, '/own')).toEqual(['a', 'a'])
  const [one] = await inPods(`${name}/a:dev`, `/base-${name}`)
  expect(await inPods(`${name}/b:dev`, `/base-${name}`)).toEqual([one, one])
  expect(await docker('image', 'ls', '--quiet', `${name}/base:dev`)).toBe('')
})

test('a remote builder of this machine, found or made by the step, pushes there as well', async () => {
  const builder = await startOtherBuilder()
  try {
    const found = { BUILDX_CONFIG: builder.config }
    for (const [own, inputs, env] of [
      ['found', {}, found],
      ['found again', {}, found],
      ['made', { driver: 'remote', endpoint: builder.endpoint }, {}],
    ] as const) {
      await write(own)
      const before = builder.sentBytes()
      const done = await run({ context: '.', tags: tag, ...inputs }, env)
      expect([own, done.exitCode, warningsOf(done)]).toEqual([own, 0, []])
      expect(done.log).toContain("the step's registry")
      // Not a layer came the other way, as a folder would have to.
      expect(builder.sentBytes() - before).toBeLessThan(200_000)
      expect(await inPods(tag, `/${name}`)).toEqual([own, own])
      expect(await docker('image', 'ls', '--quiet', tag)).toBe('')
      expect((await readdir(done.files.temp)).filter((each) => each.includes('slipway'))).toEqual(
        [],
      )
    }
    const far = { driver: 'remote', endpoint: 'tcp://192.0.2.1:1234' }
    const refused = await run({ context: '.', tags: tag, ...far })
    expect(refused.exitCode).toBe(1)
    expect(refused.log).toContain(
      'build-cache: true, but a builder of the driver remote is used only at a loopback address',
    )
  } finally {
    await builder.remove()
  }
})

test('where it cannot be, true fails before anything is built, and auto goes the usual way', async () => {
  await write('new')
  const wanted = { context: '.', tags: tag, load: 'true' }
  const refused = await run(wanted)
  expect(refused.exitCode).toBe(1)
  expect(refused.log).toContain('build-cache: true, but load, load-mode and keep-images want')
  const usual = await run({ ...wanted, 'build-cache': 'auto' })
  expect([usual.exitCode, await docker('image', 'ls', '--quiet', tag)]).toEqual([
    0,
    expect.stringMatching(/^[0-9a-f]{12}$/),
  ])
  expect(usual.log).toContain('build-cache: not used, as load, load-mode and keep-images want')
  await docker('rmi', '--force', tag)
})
