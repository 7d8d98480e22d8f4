import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  digestInDocker,
  loadInto,
  snapshotterRoot,
  untilCriAnswers,
  warningsOf,
  waysOf,
} from '../support/loading.ts'
import { digestCommand, oddDockerfile, oddFiles } from '../support/odd-image.ts'
import { useSharedNode, useSuiteNode } from '../support/one-node.ts'
import { runPod } from '../support/pod.ts'
import type { Run } from '../support/runner/types.ts'
import {
  baseImage,
  buildTestImage,
  ctr,
  docker,
  eventually,
  imagesOf,
  inNode,
  snapshotsOf,
  uniqueName,
} from '../support/testbed.ts'

const odd = `${uniqueName('odd')}:1`
const canonical = (tag: string): string => `docker.io/library/${tag}`

beforeAll(async () => {
  await buildTestImage(odd, oddDockerfile(), oddFiles)
})
afterAll(() => docker('rmi', '--force', odd))

const stateOf = async (name: string) => ({
  snapshots: await snapshotsOf(name),
  images: await imagesOf(name),
})

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

describe('an image in a node', () => {
  const one = useSuiteNode()
  let run: Run
  let inDocker: string
  beforeAll(async () => {
    run = await loadInto(one.cluster, { images: odd })
    inDocker = await digestInDocker(odd, digestCommand)
  })

  test('what a pod sees is what `docker run` sees, down to times, xattrs and whiteouts', async () => {
    expect(waysOf(run)).toEqual(['link'])
    expect(inDocker).toMatch(/^[0-9a-f]{64}/)
    expect(await runPod(one.node, odd, digestCommand)).toBe(inDocker)
  })

  test('CRI knows it by name and by the ID that Docker has, with its real size', async () => {
    const status = JSON.parse(await inNode(one.node, 'crictl', 'inspecti', odd)).status
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

  test('the garbage collector leaves a loaded image alone', async () => {
    const loaded = await snapshotsOf(one.node)
    await ctr(one.node, 'content', 'prune', 'references')
    expect(await snapshotsOf(one.node)).toEqual(loaded)
    expect(await runPod(one.node, odd, ['cat', '/odd/opaque/new'])).toBe('new')
  })

  test('writes in a pod stay in the pod', async () => {
    const vandal =
      'chmod -R 0777 /odd/kept; chown -R 7:7 /usr/bin; echo x >>/usr/bin/perl; rm -rf /odd; echo done'
    expect(await runPod(one.node, odd, ['sh', '-c', vandal])).toBe('done')
    const digests = [runPod(one.node, odd, digestCommand), digestInDocker(odd, digestCommand)]
    expect(await Promise.all(digests)).toEqual([inDocker, inDocker])
  })

  test('`kind load` sees that there is nothing to do', async () => {
    const { execFile } = await import('node:child_process')
    const said = await new Promise<string>((resolve) => {
      execFile(
        'kind',
        ['load', 'docker-image', odd, '--name', one.cluster.name],
        (_error, out, err) => resolve(out + err),
      )
    })
    expect(said).toMatch(/already present on all nodes|found to be already present/)
  })
})

describe('one node', () => {
  const one = useSharedNode()

  test('what reads crontabs finds files with one link, everything else is shared', async () => {
    const tag = await buildUnique()
    expect(await linkCounts(tag, 'opt/own', 'etc/own')).toEqual([1, 1])
    // As another load has links to all files for a moment.
    await linkAside(tag, 'etc/own')
    await loadInto(one.cluster, { images: `${odd}, ${tag}` })
    expect(await linkCounts(tag, 'opt/own', 'etc/own')).toEqual([2, 2])
    expect(await runPod(one.node, tag, ['stat', '--format', '%h', '/etc/own'])).toBe('1')
    const count = ['stat', '--format', '%h', '/etc/passwd', '/var/spool/cron/crontabs/root']
    expect(await runPod(one.node, odd, count)).toBe('1\n1')
    // Two names of one file within /etc stay two names of one file.
    const twins = ['stat', '--format', '%h', '/etc/cron.d/job', '/etc/cron.d/job-again']
    expect(await runPod(one.node, odd, twins)).toBe('2\n2')
    await docker('rmi', '--force', tag)
  })

  test('after the image is removed every snapshot goes, and the host has its links back', async () => {
    const [tag, empty] = await Promise.all([buildUnique(), stateOf(one.node)])
    await loadInto(one.cluster, { images: tag })
    await inNode(one.node, 'crictl', 'rmi', tag)
    await eventually('the garbage collector runs', async () => {
      await ctr(one.node, 'content', 'prune', 'references')
      return (await snapshotsOf(one.node)).length === empty.snapshots.length
    })
    expect(await stateOf(one.node)).toEqual(empty)
    const isLinkGone = async () => (await linkCounts(tag, 'opt/own'))[0] === 1
    await eventually('the links go', isLinkGone)
    await docker('rmi', '--force', tag)
  })

  test('it survives a restart of the node and `docker rmi`', async () => {
    const tag = `${uniqueName('leaves')}:1`
    await buildTestImage(tag, `FROM ${baseImage()}\nRUN echo still here >/file\n`)
    await loadInto(one.cluster, { images: tag })
    await docker('rmi', '--force', tag)
    await docker('restart', '--time=2', one.node)
    await untilCriAnswers(one.node)
    expect(await runPod(one.node, tag, ['cat', '/file'])).toBe('still here')
  })

  test('a second load moves nothing, and only new layers move after a change', async () => {
    const tag = `${uniqueName('changing')}:1`
    await buildTestImage(tag, `FROM ${baseImage()}\nRUN echo 1 >/version\n`)
    expect(waysOf(await loadInto(one.cluster, { images: tag }))).toEqual(['link'])
    const first = await snapshotsOf(one.node)
    expect(waysOf(await loadInto(one.cluster, { images: tag }))).toEqual(['present'])
    expect(await snapshotsOf(one.node)).toEqual(first)
    await buildTestImage(tag, `FROM ${baseImage()}\nRUN echo 2 >/version\n`)
    expect(waysOf(await loadInto(one.cluster, { images: tag }))).toEqual(['link'])
    expect(await snapshotsOf(one.node)).toHaveLength(first.length + 1)
    expect(await runPod(one.node, tag, ['cat', '/version'])).toBe('2')
    await docker('rmi', '--force', tag)
  })

  test('names are those that Kubernetes will ask for, and several names are one image', async () => {
    const [plain, path, port] = [
      uniqueName('plain'),
      `${uniqueName('a')}/b:1`,
      `localhost:5000/${uniqueName('c')}:x`,
    ]
    for (const name of [plain, path, port]) await docker('tag', odd, name)
    const run = await loadInto(one.cluster, { images: `${plain}\n${path}, ${port}` })
    const names = await imagesOf(one.node)
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
      expect(await runPod(one.node, name, ['cat', '/odd/opaque/new'])).toBe('new')
    }
    // Only the one without a tag.
    expect(warningsOf(run)).toEqual([
      expect.stringMatching(`^Pods will pull ${plain} instead .*imagePullPolicy: IfNotPresent`),
    ])
    await docker('rmi', plain, path, port)
  })

  test('what a helper that was killed at once left is swept by the next run', async () => {
    const [key, chain] = ['slipway/0123456789abcdef/sha256:dead', `sha256:${'d'.repeat(64)}`]
    await ctr(one.node, 'snapshots', 'prepare', key)
    await ctr(one.node, 'snapshots', 'prepare', 'slipway/0123456789abcdef/orphan')
    await ctr(one.node, 'snapshots', 'commit', chain, 'slipway/0123456789abcdef/orphan')
    const leave = `mkdir -p ${snapshotterRoot}/slipway/0123456789abcdef/to/0 && echo ${chain} >${snapshotterRoot}/slipway/journal`
    await inNode(one.node, 'sh', '-c', leave)
    await loadInto(one.cluster, { images: odd })
    expect(await inNode(one.node, 'ls', snapshotterRoot)).toBe('metadata.db\nsnapshots')
    await eventually('the orphan goes', async () => {
      await ctr(one.node, 'content', 'prune', 'references')
      return !(await snapshotsOf(one.node)).some((name) => name === chain || name === key)
    })
  })
})
