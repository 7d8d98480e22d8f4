import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { warningsOf } from '../support/loading.ts'
import { digestCommand, oddDockerfile, oddFiles } from '../support/odd-image.ts'
import { runPod } from '../support/pod.ts'
import type { Run } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  buildTestImage,
  type Cluster,
  ctr,
  docker,
  eventually,
  helpersOf,
  imagesOf,
  inNode,
  snapshotsOf,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

const odd = `${uniqueName('odd')}:1`
const canonical = (tag: string): string => `docker.io/library/${tag}`
let cluster: Cluster
let node: string
let empty: { readonly snapshots: readonly string[]; readonly images: readonly string[] }

beforeAll(async () => {
  await buildTestImage(odd, oddDockerfile(), oddFiles)
})
afterAll(() => docker('rmi', '--force', odd))

const stateOf = async (name: string) => ({
  snapshots: await snapshotsOf(name),
  images: await imagesOf(name),
})

const load = async (inputs: Readonly<Record<string, string>>): Promise<Run> => {
  const run = await runSlipway({ 'cluster-name': cluster.name, ...inputs })
  expect(run.log).not.toContain('##[error]')
  expect(run.exitCode).toBe(0)
  expect(await helpersOf(run.state)).toEqual([])
  return run
}

const waysOf = (run: Run): readonly string[] =>
  JSON.parse(run.outputs['images'] ?? '[]').flatMap((image: { nodes: { way: string }[] }) =>
    image.nodes.map(({ way }) => way),
  )

/** Gives a file of an image's topmost layer another name, beside the layer and not in it. */
const linkAside = async (tag: string, path: string): Promise<void> => {
  const format = '{{.GraphDriver.Data.UpperDir}}'
  const folder = await docker('image', 'inspect', '--format', format, tag)
  const layer = folder.replace(/\/diff$/, '')
  const args = ['run', '--rm', '--network=none', '--volume', `${layer}:/layer`, baseImage()]
  await docker(...args, 'ln', `/layer/diff/${path}`, '/layer/aside')
}

/**
 * Link counts of files in the topmost layer of an image, as the engine's host has them. Layers of the
 * base image are shared with other tests' nodes, so their counts are nobody's.
 */
const linkCounts = async (tag: string, ...paths: readonly string[]): Promise<readonly number[]> => {
  const format = '{{.GraphDriver.Data.UpperDir}}'
  const folder = await docker('image', 'inspect', '--format', format, tag)
  const files = paths.map((path) => `/layer/${path}`)
  const args = ['run', '--rm', '--network=none', '--volume', `${folder}:/layer:ro`, baseImage()]
  return (await docker(...args, 'stat', '--format', '%h', ...files)).split('\n').map(Number)
}

/** Builds an image with a layer of its own on top. */
const buildUnique = async (): Promise<string> => {
  const tag = `${uniqueName('unique')}:1`
  await buildTestImage(
    tag,
    `FROM ${baseImage()}\nRUN echo ${tag} >/opt/own && cp /opt/own /etc/own\n`,
  )
  return tag
}

describe('one node', () => {
  beforeEach(async () => {
    cluster = await startCluster()
    node = cluster.nodes[0] ?? ''
    empty = await stateOf(node)
    return () => cluster.remove()
  })

  test('what a pod sees is what `docker run` sees, down to times, xattrs and whiteouts', async () => {
    const run = await load({ images: odd })
    expect(waysOf(run)).toEqual(['link'])
    const [ours, docks] = await Promise.all([
      runPod(node, odd, digestCommand),
      docker('run', '--rm', '--network=host', odd, ...digestCommand),
    ])
    expect(ours).toMatch(/^[0-9a-f]{64}/)
    expect(ours).toBe(docks)
  })

  test('CRI knows it by name and by the ID that Docker has, with its real size', async () => {
    const run = await load({ images: odd })
    const status = JSON.parse(await inNode(node, 'crictl', 'inspecti', odd)).status
    expect(status.id).toBe(await docker('image', 'inspect', '--format', '{{.Id}}', odd))
    const byContent = odd.replace(/1$/, `sha-${status.id.slice(7, 19)}`)
    expect(status.repoTags).toEqual([canonical(odd), canonical(byContent)])
    expect(run.outputs['immutable-tags']).toBe(JSON.stringify({ [odd]: byContent }))
    // A name in Docker would keep old images on machines that are not made anew for every job.
    const listed = ['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', odd.replace(/:1$/, '')]
    expect(await docker(...listed)).toBe(odd)
    const size = Number(await docker('image', 'inspect', '--format', '{{.Size}}', odd))
    expect(Number(status.size) / size).toBeCloseTo(1, 1)
  })

  test('what reads crontabs finds files with one link, everything else is shared', async () => {
    const tag = await buildUnique()
    expect(await linkCounts(tag, 'opt/own', 'etc/own')).toEqual([1, 1])
    // As another load has links to all files for a moment.
    await linkAside(tag, 'etc/own')
    await load({ images: `${odd}, ${tag}` })
    expect(await linkCounts(tag, 'opt/own', 'etc/own')).toEqual([2, 2])
    expect(await runPod(node, tag, ['stat', '--format', '%h', '/etc/own'])).toBe('1')
    const count = ['stat', '--format', '%h', '/etc/passwd', '/var/spool/cron/crontabs/root']
    expect(await runPod(node, odd, count)).toBe('1\n1')
    // Two names of one file within /etc stay two names of one file.
    const twins = ['stat', '--format', '%h', '/etc/cron.d/job', '/etc/cron.d/job-again']
    expect(await runPod(node, odd, twins)).toBe('2\n2')
    await docker('rmi', '--force', tag)
  })

  test('after the image is removed every snapshot goes, and the host has its links back', async () => {
    const tag = await buildUnique()
    await load({ images: tag })
    await inNode(node, 'crictl', 'rmi', tag)
    await eventually('the garbage collector runs', async () => {
      await ctr(node, 'content', 'prune', 'references')
      return (await snapshotsOf(node)).length === empty.snapshots.length
    })
    expect(await stateOf(node)).toEqual(empty)
    await eventually('the links go', async () => (await linkCounts(tag, 'opt/own'))[0] === 1)
    await docker('rmi', '--force', tag)
  })

  test('the garbage collector leaves a loaded image alone', async () => {
    await load({ images: odd })
    const loaded = await snapshotsOf(node)
    await ctr(node, 'content', 'prune', 'references')
    expect(await snapshotsOf(node)).toEqual(loaded)
    expect(await runPod(node, odd, ['cat', '/odd/opaque/new'])).toBe('new')
  })

  test('it survives a restart of the node and `docker rmi`', async () => {
    const tag = `${uniqueName('leaves')}:1`
    await buildTestImage(tag, `FROM ${baseImage()}\nRUN echo still here >/file\n`)
    await load({ images: tag })
    await docker('rmi', '--force', tag)
    await docker('restart', '--time=2', node)
    await eventually('CRI answers', () =>
      inNode(node, 'crictl', 'images', '-q').then(
        () => true,
        () => false,
      ),
    )
    expect(await runPod(node, tag, ['cat', '/file'])).toBe('still here')
  })

  test('writes in a pod stay in the pod', async () => {
    await load({ images: odd })
    const before = await docker('run', '--rm', '--network=host', odd, ...digestCommand)
    const vandal =
      'chmod -R 0777 /odd/kept; chown -R 7:7 /usr/bin; echo x >>/usr/bin/perl; rm -rf /odd; echo done'
    expect(await runPod(node, odd, ['sh', '-c', vandal])).toBe('done')
    expect(await runPod(node, odd, digestCommand)).toBe(before)
    expect(await docker('run', '--rm', '--network=host', odd, ...digestCommand)).toBe(before)
  })

  test('a second load moves nothing, and only new layers move after a change', async () => {
    const tag = `${uniqueName('changing')}:1`
    await buildTestImage(tag, `FROM ${baseImage()}\nRUN echo 1 >/version\n`)
    expect(waysOf(await load({ images: tag }))).toEqual(['link'])
    const first = await snapshotsOf(node)
    expect(waysOf(await load({ images: tag }))).toEqual(['present'])
    expect(await snapshotsOf(node)).toEqual(first)
    await buildTestImage(tag, `FROM ${baseImage()}\nRUN echo 2 >/version\n`)
    expect(waysOf(await load({ images: tag }))).toEqual(['link'])
    expect(await snapshotsOf(node)).toHaveLength(first.length + 1)
    expect(await runPod(node, tag, ['cat', '/version'])).toBe('2')
    await docker('rmi', '--force', tag)
  })

  test('names are those that Kubernetes will ask for, and several names are one image', async () => {
    const [plain, path, port] = [
      uniqueName('plain'),
      `${uniqueName('a')}/b:1`,
      `localhost:5000/${uniqueName('c')}:x`,
    ]
    for (const name of [plain, path, port]) await docker('tag', odd, name)
    const run = await load({ images: `${plain}\n${path}, ${port}` })
    const names = await imagesOf(node)
    for (const name of [`docker.io/library/${plain}:latest`, `docker.io/${path}`, port]) {
      expect(names).toContain(name)
    }
    const images = JSON.parse(run.outputs['images'] ?? '')
    expect(images.map(({ ref }: { ref: string }) => ref)).toEqual([plain, path, port])
    expect(new Set(images.map(({ id }: { id: string }) => id)).size).toBe(1)
    const immutable = JSON.parse(run.outputs['immutable-tags'] ?? '')
    const spelled = [plain, path.replace(/:1$/, ''), port.replace(/:x$/, '')]
    expect(
      Object.values<string>(immutable).map((each) => each.replace(/:sha-\w{12}$/, '')),
    ).toEqual(spelled)
    for (const name of Object.values<string>(immutable)) {
      expect(await runPod(node, name, ['cat', '/odd/opaque/new'])).toBe('new')
    }
    // Only the one without a tag.
    expect(warningsOf(run)).toEqual([
      expect.stringMatching(`^Pods will pull ${plain} instead .*imagePullPolicy: IfNotPresent`),
    ])
    await docker('rmi', plain, path, port)
  })

  test('`kind load` sees that there is nothing to do', async () => {
    await load({ images: odd })
    const { execFile } = await import('node:child_process')
    const said = await new Promise<string>((resolve) => {
      execFile('kind', ['load', 'docker-image', odd, '--name', cluster.name], (_error, out, err) =>
        resolve(out + err),
      )
    })
    expect(said).toMatch(/already present on all nodes|found to be already present/)
  })

  test('what a helper that was killed at once left is swept by the next run', async () => {
    const [key, chain] = ['slipway/0123456789abcdef/sha256:dead', `sha256:${'d'.repeat(64)}`]
    const root = '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs'
    await ctr(node, 'snapshots', 'prepare', key)
    await ctr(node, 'snapshots', 'prepare', 'slipway/0123456789abcdef/orphan')
    await ctr(node, 'snapshots', 'commit', chain, 'slipway/0123456789abcdef/orphan')
    const leave = `mkdir -p ${root}/slipway/0123456789abcdef/to/0 && echo ${chain} >${root}/slipway/journal`
    await inNode(node, 'sh', '-c', leave)
    await load({ images: odd })
    expect(await inNode(node, 'ls', root)).toBe('metadata.db\nsnapshots')
    await eventually('the orphan goes', async () => {
      await ctr(node, 'content', 'prune', 'references')
      return !(await snapshotsOf(node)).some((name) => name === chain || name === key)
    })
  })
})
