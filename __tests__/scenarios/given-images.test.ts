import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadInto, useEngine, warningsOf, waysOf } from '../support/loading.ts'
import { runPod } from '../support/pod.ts'
import { type Registry, startRegistry } from '../support/registry.ts'
import { buildTiny } from '../support/shaped-images.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  buildTestImage,
  type Cluster,
  docker,
  imagesOf,
  inNode,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

/** Names in a node without those that CRI makes of IDs. */
const namesIn = async (node: string): Promise<readonly string[]> =>
  (await imagesOf(node)).filter((name) => !name.startsWith('sha256:'))

const errorsOf = (run: Awaited<ReturnType<typeof runSlipway>>): readonly string[] =>
  run.annotations.filter(({ level }) => level === 'error').map(({ message }) => message)

describe.each(['overlay2', 'containerd'] as const)('images of all kinds, with %s', (store) => {
  const name = uniqueName('given')
  const [empty, foreign] = [`${name}-empty:1`, `${name}-foreign:1`]
  let cluster: Cluster
  let node = ''
  let registry: Registry
  const made: string[] = [empty, foreign]
  beforeAll(async () => {
    useEngine(store)
    cluster = await startCluster()
    node = cluster.nodes[0] ?? ''
    registry = await startRegistry('public')
    await buildTestImage(empty, 'FROM scratch\nLABEL a=b\nCMD ["/none"]\n')
  })
  afterAll(async () => {
    await cluster.remove()
    await registry.stop()
    await docker('rmi', '--force', ...made)
  })
  const load = (inputs: Readonly<Record<string, string>>) => loadInto(cluster, inputs)
  const fail = async (inputs: Readonly<Record<string, string>>): Promise<readonly string[]> => {
    const run = await runSlipway({ 'cluster-name': cluster.name, ...inputs })
    expect(run.exitCode).toBe(1)
    await run.dispose()
    return errorsOf(run)
  }

  test('name:tag@digest is there by both names, and pods start by the whole', async () => {
    const tag = `${registry.host}/${name}:1`
    await buildTiny(tag, ['/bin/sh'])
    await docker('push', '--quiet', tag)
    const listed = await docker('image', 'inspect', '--format', '{{json .RepoDigests}}', tag)
    const own = (JSON.parse(listed) as readonly string[]).find((each) =>
      each.startsWith(registry.host),
    )
    const digest = own?.split('@')[1] ?? ''
    made.push(tag)
    for (const mode of ['link', 'stream']) {
      await load({ images: `${tag}@${digest}`, 'load-mode': mode })
      const names = await namesIn(node)
      expect(names).toContain(tag)
      expect(names).toContain(`${registry.host}/${name}@${digest}`)
      const command = ['/bin/sh', '-c', `echo ${mode}`]
      expect(await runPod(node, `${tag}@${digest}`, command)).toBe(mode)
      for (const each of names.filter((one) => one.includes(name)))
        await inNode(node, 'ctr', '--namespace=k8s.io', 'images', 'remove', '--sync', each)
    }
  })

  test('an ID stands for the names that Docker has, or for one by its content', async () => {
    const [one, two] = [`${name}-one:1`, `${name}-two:2`]
    const id = await buildTestImage(one, 'FROM scratch\nCOPY own /own\n', { own: `id ${store}` })
    await docker('tag', one, two)
    made.push(one, two)
    const run = await load({ images: id.slice('sha256:'.length, 'sha256:'.length + 12) })
    expect(
      JSON.parse(run.outputs['images'] ?? '[]').map(({ ref }: { ref: string }) => ref),
    ).toEqual([one, two])
    expect(await namesIn(node)).toEqual(
      expect.arrayContaining([`docker.io/library/${one}`, `docker.io/library/${two}`]),
    )
    expect(waysOf(await load({ images: id }))).toEqual(['present', 'present'])
  })

  test('an ID without any name: the log says what a pod could use', async () => {
    const tag = `${name}-nameless:1`
    const id = await buildTestImage(tag, 'FROM scratch\nCOPY own /own\n', { own: 'nameless' })
    // In the containerd store nothing keeps an image without a name but a container.
    const container = await docker('create', tag, '/none')
    await docker('tag', baseImage(), tag)
    made.push(tag)
    try {
      const run = await load({ images: id })
      const pods = `localhost/slipway:sha-${id.slice(7, 19)}`
      expect(run.log).toContain(`${id} has no name in Docker; pods find it as ${pods}.`)
      expect(await namesIn(node)).toContain(pods)
    } finally {
      await docker('rm', container)
    }
  })

  test.each(['link', 'stream', 'kind'])('an image without layers, by %s', async (mode) => {
    const inputs = { images: empty, 'load-mode': mode }
    if (store === 'overlay2' && mode !== 'link') {
      expect(await fail(inputs)).toEqual([
        `${empty} has no layers, and Docker's overlay2 store cannot export such an image. Give it a file (COPY), or use load-mode: auto where links reach the node.`,
      ])
    } else {
      await load(inputs)
      const names = await namesIn(node)
      expect(names).toContain(`docker.io/library/${empty}`)
      for (const each of names.filter((one) => one.includes(`${name}-empty`)))
        await inNode(node, 'ctr', '--namespace=k8s.io', 'images', 'remove', '--sync', each)
    }
    expect((await imagesOf(node)).join('\n')).not.toContain('slipway.invalid')
  })

  test('an image for another architecture is loaded, with a warning', async () => {
    const arch = process.arch === 'x64' ? 'amd64' : process.arch
    const other = arch === 'arm64' ? 'amd64' : 'arm64'
    process.env['DOCKER_DEFAULT_PLATFORM'] = `linux/${other}`
    const dockerfile = 'FROM scratch\nCOPY own /own\n'
    await buildTestImage(foreign, dockerfile, { own: 'foreign' }).finally(() => {
      delete process.env['DOCKER_DEFAULT_PLATFORM']
    })
    const run = await load({ images: foreign })
    // In the containerd store Docker does not unpack such an image, so another warning tells of a stream.
    expect(warningsOf(run)).toContainEqual(
      expect.stringContaining(`${foreign} is built for ${other}, and ${node} is ${arch}: `),
    )
  })
})
