import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadInto, moveToTmpfs, useEngine, waysOf } from '../support/loading.ts'
import { expectNothingOfOurs } from '../support/one-node.ts'
import { runPod } from '../support/pod.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  buildTestImage,
  type Cluster,
  docker,
  imagesOf,
  inNode,
  snapshotsOf,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

const megabyte = 1024 * 1024
const layerBytes = 80 * megabyte

let cluster: Cluster
let node: string
beforeEach(async () => {
  cluster = await startCluster()
  node = cluster.nodes[0] ?? ''
})
afterEach(() => cluster.remove())

describe.each(['overlay2', 'containerd'] as const)('Docker with %s', (store) => {
  const tag = `${uniqueName('heavy')}:1`
  beforeAll(async () => {
    useEngine(store)
    const weight = `head -c ${layerBytes} /dev/urandom >/opt/weight`
    await buildTestImage(tag, `FROM ${baseImage()}\nRUN ${weight}\n`)
  })
  afterAll(() => docker('rmi', '--force', tag))

  test('a node that has hardly more room than the image needs gets it', async () => {
    await moveToTmpfs(node)
    await loadInto(cluster, { images: baseImage() })
    const used = await inNode(node, 'df', '--block-size=1', '--output=used', '/run/c')
    const room = Math.round(layerBytes * 1.05) + 2 * megabyte
    const size = Number(used.split('\n').at(-1)) + room
    await inNode(node, 'mount', '-o', `remount,size=${size}`, '/run/c')
    expect(waysOf(await loadInto(cluster, { images: tag, 'load-mode': 'stream' }))).toEqual([
      'stream',
    ])
    expect(await runPod(node, tag, ['stat', '--format=%s', '/opt/weight'])).toBe(`${layerBytes}`)
  })
})

describe('bytes that change on the way', () => {
  const tag = `${uniqueName('forged')}:1`
  let wrapper: string

  beforeAll(async () => {
    useEngine('overlay2')
    // Not as one word in the image's history: the config may come before the layer.
    const write = "printf 'honest-%s' bytes >/opt/file"
    await buildTestImage(tag, `FROM ${baseImage()}\nRUN ${write}\n`)
    wrapper = await mkdtemp(join(tmpdir(), 'slipway-wrapper-'))
    const script = `#!/bin/bash
PATH=\${PATH#*:}
[[ "$1" == save ]] || exec docker "$@"
docker "$@" | LC_ALL=C sed 's/honest-bytes/forged-bytes/'
`
    await writeFile(join(wrapper, 'docker'), script)
    await chmod(join(wrapper, 'docker'), 0o755)
  })
  afterAll(async () => {
    await rm(wrapper, { recursive: true })
    await docker('rmi', '--force', tag)
  })

  test('are refused, and nothing of the image is in the node', async () => {
    const before = { snapshots: await snapshotsOf(node), images: await imagesOf(node) }
    const inputs = { 'cluster-name': cluster.name, images: tag, 'load-mode': 'stream' }
    const { PATH = '', HOME = '', DOCKER_HOST = '', DOCKER_CONFIG = '' } = process.env
    const baseEnv = { PATH: `${wrapper}:${PATH}`, HOME, DOCKER_HOST, DOCKER_CONFIG }
    const run = await runSlipway(inputs, { baseEnv })
    expect(run.exitCode).toBe(1)
    expect(run.log).toMatch(/what came as the layer sha256:\w{64} has the digest sha256:\w{64}/)
    expect({ snapshots: await snapshotsOf(node), images: await imagesOf(node) }).toEqual(before)
    await expectNothingOfOurs(node)
  })
})
