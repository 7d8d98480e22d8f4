import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeOras, orasFile } from '../support/artifacts.ts'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { makeContent, sha256, startCheckouts } from '../support/lfs-checkout.ts'
import {
  pushTo,
  type RealRegistry,
  registryProgram,
  startRealRegistry,
} from '../support/real-registry.ts'
import type { Run } from '../support/runner/types.ts'
import { credentialsOf, runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  buildTestImage,
  type Cluster,
  docker,
  helpersOf,
  inNode,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

const checkouts = startCheckouts()
const model = makeContent(300_000)
const weights = makeContent(200_000)
const image = `${uniqueName('modelcar')}:1`
const scratch = `${uniqueName('scratch')}:1`
let cluster: Cluster
let github: GitHub
let registry: RealRegistry | undefined
let [node, workspace, artifact] = ['', '', '']

const sumOf = async (path: string): Promise<string> =>
  (await inNode(node, 'sha256sum', path)).split(' ')[0] ?? ''

const sync = async (...lines: readonly string[]): Promise<Run> => {
  const inputs = { 'node-files': lines.join('\n'), 'cluster-name': cluster.name }
  const app = { ...credentialsOf(github), repositories: 'models' }
  const run = await runSlipway(
    { ...inputs, ...app },
    { github: { workspace, repository: 'acme/models' } },
  )
  await run.dispose()
  return run
}

beforeAll(async () => {
  github = await startGitHub({ repositories: { 'acme/models': {}, 'acme/other': {} } })
  const { pointer } = github.addLfsObject('acme/models', model)
  const files = { 'models/llm.bin': pointer, 'models/config.json': '{}' }
  workspace = checkouts.checkOut(files, `${github.serverUrl}/acme/models`)
  cluster = await startCluster()
  node = cluster.nodes[0] ?? ''
  if (registryProgram !== undefined) {
    registry = await startRealRegistry()
    const { manifest, blobs } = makeOras(orasFile('weights.bin', weights))
    await pushTo(registry.host, 'team/model', blobs, [['1', manifest]])
    artifact = `oci://${registry.host}/team/model:1:/var/local/artifact`
  }
  const text = `FROM ${baseImage()}\nRUN mkdir -p /models/deep && echo weights >/models/deep/w && ln -s deep/w /models/l && rm -f /models/x\n`
  await buildTestImage(image, text)
  const make = 'mkdir -p /out/deep && echo weights >/out/deep/w && ln -s deep/w /out/l'
  const alone = `FROM ${baseImage()} AS m\nRUN ${make}\nFROM scratch\nCOPY --from=m /out/ /\nVOLUME /deep\n`
  await buildTestImage(scratch, alone)
})

afterAll(async () => {
  await cluster?.remove()
  await registry?.stop()
  await github?.stop()
  await docker('rmi', '--force', image, scratch)
  checkouts.stop()
})

test("Git LFS with the App's token, an artifact, and a folder of an image; unchanged, none is asked for bytes", async () => {
  const lines = [
    'lfs:models:/var/local/lfs',
    ...(artifact === '' ? [] : [artifact]),
    `image://${image}:/models:/var/local/car`,
  ]
  const run = await sync(...lines)
  expect(run.log).not.toContain('##[error]')
  expect([run.exitCode, await helpersOf(run.state)]).toEqual([0, []])
  expect(await sumOf('/var/local/lfs/llm.bin')).toBe(sha256(model))
  expect(await inNode(node, 'cat', '/var/local/lfs/config.json')).toBe('{}')
  if (artifact !== '') expect(await sumOf('/var/local/artifact/weights.bin')).toBe(sha256(weights))
  expect(await inNode(node, 'cat', '/var/local/car/deep/w', '/var/local/car/l')).toBe(
    'weights\nweights',
  )
  expect(run.log).toMatch(/Token: .* revoked/)
  expect(run.summary).toMatch(/Git LFS sent 300 kB, .* free, then 0\.\d+ dollars each/)
  github.clearRequests()
  const again = await sync(...lines)
  expect(again.log).toContain(`Slipway: ${lines.length} paths unchanged`)
  expect(github.requests).toEqual([])
})

test('all of an image that has files alone, to which Docker adds some', async () => {
  const run = await sync(
    `image://${scratch}:/:/var/local/all`,
    `image://${scratch}:/l:/var/local/w`,
  )
  expect(run.exitCode).toBe(1)
  expect(run.annotations[0]?.message).toContain(`image://${scratch}:/deep/w`)
  expect((await sync(`image://${scratch}:/:/var/local/all`)).exitCode).toBe(0)
  const found = await inNode(node, 'bash', '-c', 'cd /var/local/all && find . | sort && cat l')
  expect(found).toBe('.\n./deep\n./deep/w\n./l\nweights')
})

test('a budget that is used up is told, and what the store has is not asked for', async () => {
  const { pointer } = github.addLfsObject('acme/models', makeContent(10))
  writeFileSync(join(workspace, 'models/new.bin'), pointer)
  github.lfs.overBudget.add('acme')
  const run = await sync('lfs:models:/var/local/lfs')
  expect(run.exitCode).toBe(1)
  expect(run.annotations[0]?.message).toMatch(/exceeded its LFS budget.*node-files-cache/s)
  expect(await inNode(node, 'ls', '-a', '/var/local/lfs/')).not.toContain('new.bin')
  const held = await sync('lfs:models/llm.bin:/var/local/one.bin')
  expect(held.exitCode).toBe(0)
  expect(await sumOf('/var/local/one.bin')).toBe(sha256(model))
})
