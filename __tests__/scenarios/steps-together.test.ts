import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RealRegistry, registryProgram, startRealRegistry } from '../support/real-registry.ts'
import { buildTiny } from '../support/shaped-images.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  type Cluster,
  docker,
  helpersOf,
  imagesOf,
  inNode,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'
import { isThorough } from '../support/thorough.ts'

const rounds = isThorough ? 50 : 3
const name = uniqueName('together')
const workspace = mkdtempSync(join(tmpdir(), 'slipway-together-'))
/** The runner's own, which steps of a job share. */
const temp = mkdtempSync(join(tmpdir(), 'slipway-together-temp-'))
let cluster: Cluster
let registry: RealRegistry | undefined

beforeAll(async () => {
  cluster = await startCluster(2)
  if (registryProgram !== undefined) registry = await startRealRegistry()
  mkdirSync(join(workspace, 'models'))
})
afterAll(async () => {
  await cluster?.remove()
  await registry?.stop()
  for (const folder of [workspace, temp]) rmSync(folder, { recursive: true })
})

/** An image that Docker does not have. */
const publish = async (round: number): Promise<string> => {
  if (registry === undefined) return baseImage()
  const tag = `${registry.host}/web:${round}`
  await buildTiny(tag, ['/bin/sh', `-${round}`])
  await docker('push', '--quiet', tag)
  await docker('rmi', '--force', tag)
  return tag
}

test(`two steps of a job at once build, pull, load and sync files, ${rounds} rounds`, async () => {
  for (let round = 0; round < rounds; round += 1) {
    const pulled = await publish(round)
    writeFileSync(join(workspace, 'models', 'a'), `round ${round}`)
    writeFileSync(
      join(workspace, 'Dockerfile'),
      `FROM ${baseImage()}\nRUN echo ${name} ${round} >/x\n`,
    )
    const tags = [1, 2].map((step) => `${name}-${step}:${round}`)
    const inputs = {
      'cluster-name': cluster.name,
      context: '.',
      images: pulled,
      'node-files': 'models:/var/local/models',
    }
    const runs = await Promise.all(
      tags.map((each) => runSlipway({ ...inputs, tags: each }, { github: { workspace }, temp })),
    )
    for (const run of runs) {
      expect(run.log).not.toContain('##[error]')
      expect([run.exitCode, await helpersOf(run.state)]).toEqual([0, []])
    }
    for (const node of cluster.nodes) {
      const built = tags.map((tag) => `docker.io/library/${tag}`)
      const wanted = registry === undefined ? built : [pulled, ...built]
      expect(await imagesOf(node)).toEqual(expect.arrayContaining(wanted))
      expect(await inNode(node, 'cat', '/var/local/models/a')).toBe(`round ${round}`)
      expect(await inNode(node, 'sh', '-c', 'ls -Ad /var/local/models.*')).not.toContain('\n')
    }
    expect(readdirSync(temp).filter((each) => each.startsWith('slipway'))).toEqual([])
    await docker('rmi', '--force', ...tags, ...(registry === undefined ? [] : [pulled]))
  }
}, 1_800_000)
