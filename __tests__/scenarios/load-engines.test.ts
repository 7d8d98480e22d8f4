import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  expectSameTree,
  loadInto,
  snapshotterRoot,
  untilCriAnswers,
  warningsOf,
  waysOf,
} from '../support/loading.ts'
import { oddDockerfile, oddFiles } from '../support/odd-image.ts'
import {
  buildLayered,
  expectNothingOfOurs,
  removeAndExpectEmpty,
  useSharedNode,
  useTags,
} from '../support/one-node.ts'
import { restartDaemon, useOwnEngine } from '../support/own-engine.ts'
import { runPod } from '../support/pod.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  buildTestImage,
  ctr,
  docker,
  helpersOf,
  inNode,
  uniqueName,
} from '../support/testbed.ts'

useOwnEngine('system')
useTags()
const one = useSharedNode()

/** Asks the containerd that Docker uses, with the node image's `ctr`. */
const ctrOfDocker = (...args: readonly string[]): Promise<string> => {
  const image = process.env['SLIPWAY_NODE_IMAGE'] ?? ''
  const run = ['run', '--rm', '--network=none', '--volume=/run/containerd:/c', '--entrypoint=ctr']
  return docker(...run, image, '--address=/c/containerd.sock', '--namespace=moby', ...args)
}

describe("with a containerd of the system's own", () => {
  const odd = `${uniqueName('odd')}:1`
  beforeAll(() => buildTestImage(odd, oddDockerfile(), oddFiles))
  afterAll(() => docker('rmi', '--force', odd))

  test('auto links, though only /var/lib holds the folders of both', async () => {
    const where = '{{.Containerd.Address}} {{.DockerRootDir}} {{json .DriverStatus}}'
    expect(await docker('info', '--format', where)).toBe(
      '/run/containerd/containerd.sock /var/lib/docker [["driver-type","io.containerd.snapshotter.v1"]]',
    )
    const run = await loadInto(one.cluster, { images: odd })
    expect(warningsOf(run)).toEqual([])
    expect(waysOf(run)).toEqual(['link'])
    await expectSameTree(one.node, odd)
    expect(waysOf(await loadInto(one.cluster, { images: odd }))).toEqual(['present'])
    await expectNothingOfOurs(one.node)
    expect(await ctrOfDocker('snapshots', 'list')).not.toContain('slipway')

    // CRI's ID is the config's digest, and the registry's name works.
    const id = await docker('image', 'inspect', '--format', '{{.Id}}', odd)
    const config = JSON.parse(await ctrOfDocker('content', 'get', id)).config.digest
    const { status } = JSON.parse(await inNode(one.node, 'crictl', 'inspecti', odd))
    expect(status.id).toBe(config)
    const byDigest = `${odd.split(':')[0]}@${id}`
    expect(await runPod(one.node, byDigest, ['cat', '/odd/opaque/new'])).toBe('new')
  })
})

describe('the daemon is restarted', () => {
  const base = `${uniqueName('base')}:1`
  beforeAll(() => docker('tag', baseImage(), base))
  afterAll(() => docker('rmi', base))

  /** A kind node that was stopped in an orderly way does not come back by itself. */
  const startNodeAgain = async (): Promise<void> => {
    await docker('start', one.node)
    await untilCriAnswers(one.node)
  }

  test('between two loads: the first image stays, and the second is linked like it', async () => {
    await loadInto(one.cluster, { images: base })
    const tag = await buildLayered('second')
    await restartDaemon('stop')
    await startNodeAgain()
    const run = await loadInto(one.cluster, { images: `${base}, ${tag}` })
    expect(warningsOf(run)).toEqual([])
    expect(waysOf(run)).toEqual(['present', 'link'])
    expect(await runPod(one.node, base, ['echo', 'first'])).toBe('first')
    expect(await runPod(one.node, tag, ['cat', '/layer-5'])).toBe('second-5')
    await expectNothingOfOurs(one.node)
  })

  /**
   * We take no leases. One that containerd took for an import that was cut off ends by itself, a day
   * later; the images that are removed before have to wait for it.
   */
  const endLeases = async (): Promise<void> => {
    const [, ...leases] = (await ctr(one.node, 'leases', 'list')).split('\n')
    expect(leases.filter((lease) => !lease.includes('containerd.io/gc.expire='))).toEqual([])
    for (const lease of leases) await ctr(one.node, 'leases', 'delete', lease.split(' ')[0] ?? '')
  }

  test.each([
    ['stop', 'begins to link', `[ -e ${snapshotterRoot}/slipway ]`],
    // One layer is the node's own.
    ['kill', 'has some layers', '[ $(ctr -n k8s.io snapshots list | grep -c Committed) -gt 1 ]'],
  ] as const)(
    'by %s, when a load %s: one clear line, and the next run converges',
    async (how, _moment, condition) => {
      const tag = await buildLayered(how)
      const look = `until ${condition}; do sleep 0.01; done`
      const restarting = inNode(one.node, 'sh', '-c', look).then(() => restartDaemon(how))
      // The second image is there so that no load has ended before its daemon has.
      const images = `${tag}, ${base}`
      const inputs = { 'cluster-name': one.cluster.name, images }
      const [run] = await Promise.all([runSlipway(inputs), restarting])
      expect(run.exitCode).toBe(1)
      const errors = run.annotations.filter(({ level }) => level === 'error')
      expect(errors.map(({ message }) => message)).toEqual([
        expect.stringMatching(
          // On a busy machine the first one may be there by then.
          /^((layered|base)-[^ ]+: )?Docker does not answer: |Cannot connect to the Docker daemon|is not running/,
        ),
      ])
      expect(await helpersOf(run.state)).toEqual([])
      await startNodeAgain()
      expect(warningsOf(await loadInto(one.cluster, { images }))).toEqual([])
      const layers = await runPod(one.node, tag, ['cat', '/layer-0', '/layer-5'])
      expect(layers).toBe(`${how}-0\n${how}-5`)
      await expectNothingOfOurs(one.node)
      expect(await ctrOfDocker('snapshots', 'list')).not.toContain('slipway')
      await endLeases()
      await inNode(one.node, 'crictl', 'rmi', base)
      await removeAndExpectEmpty(one, tag)
    },
  )
})
