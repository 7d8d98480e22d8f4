import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bakeGroup, bakeTarget, writeFiles } from '../support/bake.ts'
import { withoutPruning } from '../support/builder-turn.ts'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { warningsOf } from '../support/loading.ts'
import { type OtherBuilder, startOtherBuilder } from '../support/other-builder.ts'
import { runPod } from '../support/pod.ts'
import type { Run } from '../support/runner/types.ts'
import { credentialsOf, runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  type Cluster,
  ctr,
  docker,
  imagesOf,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

let builder: OtherBuilder
let cluster: Cluster
let github: GitHub
let workspace: string
const name = uniqueName('other')

beforeAll(async () => {
  ;[builder, cluster, github] = await Promise.all([
    startOtherBuilder(),
    startCluster(2),
    startGitHub(),
  ])
  workspace = await mkdtemp(join(tmpdir(), 'other-'))
})
afterAll(async () => {
  await Promise.all([builder.remove(), cluster.remove(), github.stop()])
  await rm(workspace, { recursive: true })
})

const runWith = (
  inputs: Readonly<Record<string, string>>,
  options: Parameters<typeof runSlipway>[1] = {},
): Promise<Run> =>
  runSlipway(
    { 'cluster-name': cluster.name, ...inputs },
    { github: { workspace }, env: { BUILDX_CONFIG: builder.config }, ...options },
  )

/** What each node got, in the nodes' order. */
const loadsOf = (run: Run): readonly (readonly [way: string, copiedBytes: number])[] =>
  (JSON.parse(run.outputs['images'] ?? '[]') as { nodes: { way: string; copiedBytes: number }[] }[])
    .flatMap(({ nodes }) => nodes)
    .map(({ way, copiedBytes }) => [way, copiedBytes])

const inPods = (tag: string, path: string): Promise<readonly string[]> =>
  Promise.all(cluster.nodes.map((node) => runPod(node, tag, ['cat', path])))

const isInDocker = async (tag: string): Promise<boolean> =>
  (await docker('image', 'ls', '--quiet', tag)) !== ''

/** Of all that a step may leave in the temp folder. */
const leftIn = async (run: Run): Promise<readonly string[]> =>
  (await readdir(run.files.temp)).filter((each) => each.includes('slipway'))

test('a builder that does not see the images of Docker finds what an earlier target made', async () => {
  const secret = '--mount=type=secret,id=github_token test -s /run/secrets/github_token'
  const random = `head -c 16 /dev/urandom | md5sum >/base-${name}`
  await writeFiles(workspace, {
    'docker-bake.hcl': [
      bakeGroup(['a', 'b']),
      bakeTarget('base', [`${name}/base:dev`]),
      bakeTarget('a', [`${name}/a:dev`], { contexts: { base: 'target:base' } }),
      bakeTarget('b', [`${name}/b:dev`]),
    ].join(''),
    'base/Dockerfile': `FROM ${baseImage()}\nRUN ${secret} && ${random}\n`,
    'a/Dockerfile': `FROM base\nRUN ${secret} && echo a >/own\n`,
    'b/Dockerfile': `FROM ${name}/base:dev\nRUN ${secret} && echo b >/own\n`,
  })
  const made = await runWith({ ...credentialsOf(github), 'bake-files': 'docker-bake.hcl' })
  expect([made.exitCode, warningsOf(made)]).toEqual([0, []])
  expect(loadsOf(made).map(([way]) => way)).toEqual(['link', 'link', 'link', 'link'])
  for (const target of ['base', 'a', 'b'])
    expect(await isInDocker(`${name}/${target}:dev`)).toBe(false)
  expect(await inPods(`${name}/a:dev`, '/own')).toEqual(['a', 'a'])
  expect(await inPods(`${name}/b:dev`, '/own')).toEqual(['b', 'b'])
  const [one] = await inPods(`${name}/a:dev`, `/base-${name}`)
  expect(await inPods(`${name}/b:dev`, `/base-${name}`)).toEqual([one, one])
  expect(github.tokens.map((token) => token.state())).toEqual(['revoked'])
  expect(await leftIn(made)).toEqual([])
})

type Layers = { location?: { line: number }; bytes: number; files: number }[]

/** Line, bytes and files of each layer that the report on one image tells of. */
const layersOf = (run: Run) =>
  (JSON.parse(run.outputs['image-report'] ?? '[]') as { layers: Layers }[])
    .flatMap(({ layers }) => layers)
    .map(({ location, bytes, files }) => [location?.line, bytes, files] as const)

const oneImage = (lines: readonly string[]) => ({
  Dockerfile: [`FROM ${baseImage()}`, ...lines, ''].join('\n'),
})

test('the nodes get the layers that they lack, by the names and digests that the builder made', () =>
  withoutPruning(async () => {
    const [tag, also] = [`${name}/one:dev`, `${name}/also:1`]
    await writeFiles(workspace, oneImage([`RUN echo ${name} >/first`, 'RUN echo old >/last']))
    const report = { 'image-report': 'auto' }
    const first = await runWith({ context: '.', tags: `${tag}\n${also}`, ...report })
    expect([first.exitCode, warningsOf(first)]).toEqual([0, []])
    expect([await isInDocker(tag), await isInDocker(also)]).toEqual([false, false])
    const { digest = '', 'image-id': id = '' } = first.outputs
    for (const node of cluster.nodes) {
      expect(await ctr(node, 'images', 'list', `name==docker.io/${tag}`)).toContain(digest)
      expect(await imagesOf(node)).toEqual(
        expect.arrayContaining([
          `docker.io/${tag}`,
          `docker.io/${also}`,
          `docker.io/${name}/one@${digest}`,
          `docker.io/${name}/one:sha-${id.slice(7, 19)}`,
          id,
        ]),
      )
    }
    const unchanged = await runWith({ context: '.', tags: tag })
    expect(loadsOf(unchanged)).toEqual([
      ['present', 0],
      ['present', 0],
    ])
    await writeFiles(workspace, oneImage([`RUN echo ${name} >/first`, 'RUN echo new >/last']))
    const before = builder.sentBytes()
    const changed = await runWith({ context: '.', tags: tag, ...report })
    // What the nodes have, the builder does not send: config, manifest, a layer, and what is said beside.
    expect(builder.sentBytes() - before).toBeLessThan(200_000)
    const loads = loadsOf(changed)
    // One layer with one file, and the config: for so little, both nodes unpack it, side by side.
    const isSmall = expect.toSatisfy((bytes: number) => bytes < 16_000)
    expect(loads).toEqual([
      ['stream', isSmall],
      ['stream', isSmall],
    ])
    expect(await inPods(tag, '/last')).toEqual(['new', 'new'])
    // The builder left out what the nodes have, so one of these is read.
    const [whole, inNode] = [first, changed].map(layersOf)
    expect(warningsOf(changed)).toEqual([])
    expect(inNode).toEqual(whole)
    expect(inNode?.slice(-2)).toEqual([
      [2, name.length + 1, 1],
      [3, 4, 1],
    ])
    expect(inNode?.[0]?.[1]).toBeGreaterThan(10_000_000)
    expect(await leftIn(changed)).toEqual([])
  }))

test('a layer that nodes have on top of others, or no more, is asked for again', async () => {
  const copy = (file: string): string => `COPY --link ${file} /`
  const files = { one: 'one\n', two: 'two\n' }
  const tag = `${name}/turned:dev`
  await writeFiles(workspace, { ...files, ...oneImage([copy('one'), copy('two')]) })
  expect((await runWith({ context: '.', tags: tag })).exitCode).toBe(0)
  // With --link both layers are what they were before.
  await writeFiles(workspace, oneImage([copy('two'), copy('one')]))
  const turned = await runWith({ context: '.', tags: tag })
  expect([turned.exitCode, warningsOf(turned)]).toEqual([0, []])
  expect(await inPods(tag, '/one')).toEqual(['one', 'one'])
  const [, worker = ''] = cluster.nodes
  const names = (await imagesOf(worker)).filter((each) => each.includes(`${name}/turned`))
  await ctr(worker, 'images', 'remove', '--sync', ...names, turned.outputs['image-id'] ?? '')
  const again = await runWith({ context: '.', tags: tag })
  expect([again.exitCode, loadsOf(again).map(([way]) => way)]).toEqual([0, ['present', 'stream']])
  expect(await inPods(tag, '/two')).toEqual(['two', 'two'])
})

test('load: true has Docker keep the image, from where it is linked', async () => {
  const tag = `${name}/kept:dev`
  await writeFiles(workspace, oneImage(['RUN echo kept >/kept']))
  const run = await runWith({ context: '.', tags: tag, load: 'true' })
  expect(await isInDocker(tag)).toBe(true)
  await docker('rmi', '--force', tag)
  expect(loadsOf(run).map(([way]) => way)).toEqual(['link', 'link'])
  expect(await inPods(tag, '/kept')).toEqual(['kept', 'kept'])
})

test('after SIGKILL post removes what the builder wrote', async () => {
  await writeFiles(workspace, oneImage(['RUN echo begun && sleep 5']))
  let left: readonly string[] = []
  const run = await runWith(
    { context: '.', tags: `${name}/killed:dev` },
    {
      killWhen: (line) => line.includes('begun'),
      betweenPhases: async (temp) => {
        left = (await readdir(temp)).filter((each) => /^slipway-.*-images$/.test(each))
      },
    },
  )
  expect(left).toHaveLength(1)
  expect(await leftIn(run)).toEqual([])
})
