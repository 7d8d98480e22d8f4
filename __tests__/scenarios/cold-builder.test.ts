import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { writeFiles } from '../support/bake.ts'
import { createColdBuilds, forget } from '../support/cold-builds.ts'
import { eventually } from '../support/eventually.ts'
import { useEngine } from '../support/loading.ts'
import { runPod } from '../support/pod.ts'
import {
  baseImage,
  type Cluster,
  ctr,
  imagesOf,
  inNode,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

let cluster: Cluster
let workspace: string
const name = uniqueName('cold').replace('-', '')
const tag = `${name}/app:dev`
const build = createColdBuilds()
const buildCold = (beforeLoad?: () => Promise<void>) =>
  build({ cluster: cluster.name, workspace, tag, beforeLoad })

/** Two layers below a file that changes; what the first has no other build would make again. */
const write = (own: string, lines: readonly string[] = []) =>
  writeFiles(workspace, {
    own: `${own}\n`,
    Dockerfile: [
      `FROM ${baseImage()} AS ${name}`,
      `RUN head -c 1000000 /dev/urandom | md5sum >/${name}`,
      ...lines,
      `COPY --link own /${name}-own`,
      '',
    ].join('\n'),
  })

const inPods = (path: string): Promise<readonly string[]> =>
  Promise.all(cluster.nodes.map((node) => runPod(node, tag, ['cat', path])))

/** Has a node lose all images that have layers of ours. */
const loseImages = async (node: string): Promise<void> => {
  const names = (await imagesOf(node)).filter((each) => !each.includes('pause'))
  await ctr(node, 'images', 'remove', '--sync', ...names)
  // CRI hears of it a moment later.
  const images = () => inNode(node, 'crictl', 'images')
  await eventually('CRI has them no more', async () => !(await images()).includes(name))
}

let made = ''
beforeAll(async () => {
  useEngine('containerd')
  cluster = await startCluster(2)
  workspace = await mkdtemp(join(tmpdir(), 'cold-builder-'))
  await write('first')
  const first = await buildCold()
  expect(first.sentBytes).toBeGreaterThan(10_000_000)
  ;[made = ''] = await inPods(`/${name}`)
})
afterAll(async () => {
  await cluster?.remove()
  await rm(workspace, { recursive: true })
})
beforeEach(() => forget(name))

test('a builder that has lost its cache fetches no layer of those that the nodes have', async () => {
  await write('second')
  const { built, lines, sentBytes } = await buildCold()
  expect(lines.join('\n')).not.toContain('again')
  // Manifest, configs and one file.
  expect(sentBytes).toBeLessThan(50_000)
  expect(built.metadata.cachedSteps).toBe(1)
  expect(await inPods(`/${name}-own`)).toEqual(['second', 'second'])
  // Not made once more.
  expect(await inPods(`/${name}`)).toEqual([made, made])
})

test('a step on layers that only nodes have makes them anew', async () => {
  await write('third', [`RUN cat /${name} >/copy`])
  const { lines } = await buildCold()
  expect(lines.join('\n')).toContain('layers that only nodes have')
  const [one = ''] = await inPods(`/${name}`)
  expect(one).not.toBe(made)
  expect(await inPods('/copy')).toEqual([one, one])
  expect(await inPods(`/${name}`)).toEqual([one, one])
  made = one
})

test('what one node has lost is made anew for both, before or after the build', async () => {
  const [, worker = ''] = cluster.nodes
  await loseImages(worker)
  await write('fourth', [`RUN cat /${name} >/copy`])
  await buildCold()
  const [one = ''] = await inPods(`/${name}`)
  expect(one).not.toBe(made)
  expect(await inPods(`/${name}`)).toEqual([one, one])
  expect(await inPods(`/${name}-own`)).toEqual(['fourth', 'fourth'])
  // The builder has them now.
  await write('fifth', [`RUN cat /${name} >/copy`])
  await buildCold(() => loseImages(worker))
  expect(await inPods(`/${name}-own`)).toEqual(['fifth', 'fifth'])
  expect(await inPods(`/${name}`)).toEqual([one, one])
})
