import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClusterShape, type StartedShape, startShape } from '../support/cluster-shapes.ts'
import { loadInto, waysOf } from '../support/loading.ts'
import { buildSingleFile } from '../support/shaped-images.ts'
import { runSlipway } from '../support/slipway.ts'
import { buildTestImage, docker, uniqueName } from '../support/testbed.ts'

/** How images get into nodes of each provider. */
const shapes: readonly (readonly [shape: ClusterShape, way: string])[] = [
  ['kind', 'link'],
  ['minikube', 'link'],
  ['k3d', 'stream'],
  ['containerd', 'link'],
]

/** Has one program, so that there is little to send. */
const tools = `${uniqueName('tools')}:1`
beforeAll(() => buildSingleFile(tools))
afterAll(() => docker('rmi', tools))

describe.each(shapes)('a cluster in the shape of %s', (shape, way) => {
  const tag = `${uniqueName('cluster')}:1`
  let cluster: StartedShape

  beforeAll(async () => {
    cluster = await startShape(shape)
  })
  afterAll(async () => {
    await cluster?.remove()
    await docker('rmi', '--force', tag)
  })

  const build = (text: string): Promise<string> =>
    buildTestImage(
      tag,
      `FROM ${tools}\nSHELL ["/busybox", "sh", "-c"]\nRUN echo ${text} >/version\n`,
    )
  const each = (what: string): readonly string[] => cluster.nodes.map(() => what)
  const idsInNodes = (): Promise<readonly string[]> =>
    Promise.all(cluster.nodes.map((node) => cluster.runIn(node, 'crictl', 'inspecti', '-q', tag)))

  test('each node gets the image, by all its names', async () => {
    const id = await build('one')
    expect(waysOf(await loadInto(cluster, { images: tag }))).toEqual(each(way))
    expect(await idsInNodes()).toEqual(each(expect.stringContaining(id) as unknown as string))
  })

  test('a second load moves nothing, and a changed image takes its place', async () => {
    expect(waysOf(await loadInto(cluster, { images: tag, cluster: shape }))).toEqual(
      each('present'),
    )
    const id = await build('two')
    expect(waysOf(await loadInto(cluster, { images: tag }))).toEqual(each(way))
    expect(await idsInNodes()).toEqual(each(expect.stringContaining(id) as unknown as string))
  })

  test('an image that one node has lost is loaded again', async () => {
    const [node = ''] = cluster.nodes
    const ids = await idsInNodes()
    await cluster.runIn(node, 'crictl', 'rmi', tag)
    await expect(cluster.runIn(node, 'crictl', 'inspecti', '-q', tag)).rejects.toThrow()
    await loadInto(cluster, { images: tag })
    expect(await idsInNodes()).toEqual(ids)
  })

  test.runIf(shape === 'minikube')('pods that do not come from containerd: refused', async () => {
    const [node = ''] = cluster.nodes
    const setRuntime = (socket: string): Promise<string> =>
      cluster.runIn(node, 'sh', '-c', `echo "runtime-endpoint: unix://${socket}" >/etc/crictl.yaml`)
    await setRuntime('/var/run/cri-dockerd.sock')
    const run = await runSlipway({ images: tag, ...cluster.inputs })
    await setRuntime('/run/containerd/containerd.sock')
    expect(run.annotations[0]?.message).toContain('does not run its pods with containerd')
    await run.dispose()
  })

  test('doctor finds its nodes', async () => {
    const run = await runSlipway({ mode: 'doctor', ...cluster.inputs })
    for (const node of cluster.nodes) expect(run.log).toContain(`${node} (`)
    expect(run.log).toMatch(/^ok +nodes +\S+: containerd 2/m)
    await run.dispose()
  })
})
