import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildImage } from '../../src/build/build-image.ts'
import { createDocker } from '../../src/docker/docker.ts'
import { withEngineApi } from '../../src/docker/engine-api.ts'
import { findBuilt } from '../../src/image/sources/built.ts'
import { toSource } from '../../src/load/helper-request.ts'
import { immutableOf, loadInto, useEngine, warningsOf, waysOf } from '../support/loading.ts'
import { makeMeddlingDocker } from '../support/meddling-docker.ts'
import type { Run } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import { readTarget } from '../support/target.ts'
import {
  buildTestImage,
  type Cluster,
  docker,
  imagesOf,
  inNode,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'
import { isThorough } from '../support/thorough.ts'

const idInDocker = (name: string): Promise<string> =>
  docker('image', 'inspect', '--format', '{{.Id}}', name)

/** CRI's ID of an image, which is its config's digest, and what the image says of its maker. */
const inspect = async (node: string, image: string) => {
  const { status, info } = JSON.parse(await inNode(node, 'crictl', 'inspecti', image))
  const spec = (info.imageSpec ?? info.info?.imageSpec) as { config: { Labels?: object } }
  return { id: status.id as string, labels: spec.config.Labels }
}

const outputImages = (run: Run): readonly { readonly ref: string; readonly id: string }[] =>
  JSON.parse(run.outputs['images'] ?? '[]')

/** Names that a step uses for itself, in Docker and in nodes. */
const expectNoPrivateNames = async (nodes: readonly string[], run: Run): Promise<void> => {
  const mine = `slipway.invalid/base/${run.state['run-id']}`
  expect(await docker('image', 'ls', '--all', '--quiet', '--filter', `reference=${mine}`)).toBe('')
  for (const node of nodes)
    expect((await imagesOf(node)).join('\n')).not.toContain('slipway.invalid')
  expect(JSON.stringify(run.outputs)).not.toContain('slipway.invalid')
}

const makeContext = async (text: string): Promise<string> => {
  const context = await mkdtemp(join(tmpdir(), 'slipway-identity-'))
  const dockerfile = 'FROM scratch\nARG JOB\nCOPY own /own\nLABEL job=$JOB\n'
  await writeFile(join(context, 'Dockerfile'), dockerfile)
  await writeFile(join(context, 'own'), text)
  return context
}

describe.each(['overlay2', 'containerd'] as const)(
  'what was built is what is loaded, with %s',
  (store) => {
    const name = uniqueName('identity')
    const [tag, other, old] = [`${name}:dev`, `${name}-other:1`, `${name}:old`]
    let clusters: readonly Cluster[] = []
    let context = ''
    beforeAll(async () => {
      useEngine(store)
      clusters = await Promise.all([startCluster(), startCluster()])
      context = await makeContext('mine')
      await buildTestImage(other, 'FROM scratch\nCOPY own /own\nLABEL job=other\n', {
        own: 'other',
      })
    })
    afterAll(async () => {
      await Promise.all(clusters.map((cluster) => cluster.remove()))
      await rm(context, { recursive: true })
      await docker('rmi', '--force', tag, other, old).catch(() => {})
    })

    // Of the two that go by names of Docker's, one from each store.
    const byName = store === 'overlay2' ? 'stream' : 'kind'
    test.each(isThorough ? ['link', 'stream', 'kind'] : ['link', byName])(
      'by %s, when the tag is moved between build and load',
      async (mode) => {
        const meddling = await makeMeddlingDocker('buildx bake --provenance', 'after', [other, tag])
        const [cluster] = clusters
        const [node = ''] = cluster?.nodes ?? []
        const inputs = {
          context,
          tags: tag,
          'build-args': `JOB=${mode}`,
          'load-mode': mode,
          // What is somebody else's by now must not go from Docker either.
          'keep-images': 'false',
        }
        const baseEnv = { ...process.env, PATH: meddling.path } as Record<string, string>
        const run = await runSlipway(
          { 'cluster-name': cluster?.name ?? '', ...inputs },
          { baseEnv },
        )
        await meddling.remove()
        expect(run.log).not.toContain('##[error]')
        expect(waysOf(run)).toEqual([mode])
        const moved = `gave ${tag} to another image (${(await idInDocker(other)).slice(0, 19)})`
        expect(warningsOf(run)).toEqual([expect.stringContaining(moved)])
        const { id, labels } = await inspect(node, tag)
        expect(labels).toEqual({ job: mode })
        expect((await inspect(node, immutableOf(run, tag))).id).toBe(id)
        const [image] = outputImages(run)
        expect(image).toMatchObject({ ref: tag, id: run.outputs['image-id'] })
        expect(JSON.parse(run.outputs['metadata'] ?? '{}')['containerimage.config.digest']).toBe(id)
        expect(await idInDocker(tag)).toBe(await idInDocker(other))
        await expectNoPrivateNames([node], run)
        await run.dispose()
      },
    )

    test('by stream, when the tag of an image that was there is moved meanwhile', async () => {
      const [cluster] = clusters
      const [node = ''] = cluster?.nodes ?? []
      await buildTestImage(old, 'FROM scratch\nCOPY own /own\nLABEL job=old\n', { own: 'old' })
      const meddling = await makeMeddlingDocker('save', 'before', [other, old])
      const inputs = { 'cluster-name': cluster?.name ?? '', images: old, 'load-mode': 'stream' }
      const baseEnv = { ...process.env, PATH: meddling.path } as Record<string, string>
      const run = await runSlipway(inputs, { baseEnv })
      await meddling.remove()
      expect(run.log).not.toContain('##[error]')
      expect((await inspect(node, old)).labels).toEqual({ job: 'old' })
      await expectNoPrivateNames([node], run)
      await run.dispose()
    })

    test('two jobs that build the same tags at the same time: each node has its own', async () => {
      const names = ['a', 'b', 'c', 'd'].map((letter) => `${name}-${letter}:dev`)
      const job = async (cluster: Cluster) => {
        const own = await makeContext(cluster.name)
        const builds = names.map(
          (each) =>
            `{ context: ${own}, tags: "${each}", build-args: "JOB=${cluster.name} ${each}" }`,
        )
        const run = await loadInto(cluster, { builds: `[${builds.join(', ')}]`, parallel: '2' })
        await rm(own, { recursive: true })
        return run
      }
      const runs = await Promise.all(clusters.map(job))
      for (const [index, run] of runs.entries()) {
        const { name: cluster, nodes } = clusters[index] ?? { name: '', nodes: [] }
        const metadata = JSON.parse(run.outputs['metadata'] ?? '{}')
        for (const each of names) {
          const { id, labels } = await inspect(nodes[0] ?? '', each)
          expect(labels).toEqual({ job: `${cluster} ${each}` })
          const { 'containerimage.config.digest': config } = metadata[each.replace(':dev', '')]
          expect(config).toBe(id)
        }
        await expectNoPrivateNames(nodes, run)
        await run.dispose()
      }
      await docker('rmi', '--force', ...names)
    })

    test('two jobs that build the same tag at the same time, again and again: each finds its own', async () => {
      const engine = createDocker(process.env as Record<string, string>)
      const scratch = await mkdtemp(join(tmpdir(), 'slipway-race-'))
      const same = `${name}-same:dev`
      const runIds = ['0', '1'].map((digit) => digit.repeat(16))
      await withEngineApi(engine, async ({ get, remove }) => {
        const job = async (runId: string, round: number): Promise<void> => {
          const raw = { context, tags: same, 'build-args': `JOB=${runId} ${round}` }
          const target = readTarget(raw, context, runId)
          const tempDir = join(scratch, runId)
          await mkdir(tempDir, { recursive: true })
          const order = {
            target,
            secrets: [],
            tempDir,
            // What is outside of it would have to be allowed.
            layout: '',
            workspace: context,
            cacheEnv: {},
            cacheRequired: false,
            wantsOrigins: false,
            dockerfile: undefined,
          }
          const ignore = (): void => {}
          const { json } = await buildImage(engine, order, ignore, ignore)
          const { image } = await findBuilt(get, target.intermediate ?? '', target.tags)
          // What somebody moves after this moment is found by the same name, and the same ID.
          const saved = await docker('image', 'inspect', toSource(image))
          const [{ Id, Config }] = JSON.parse(saved)
          expect([Id, Config.Labels]).toEqual([image.id, { job: `${runId} ${round}` }])
          expect(json).toContain(`"docker.io/library/${same}"`)
          await remove(`/images/${target.intermediate}`)
        }
        const rounds = isThorough ? 50 : 5
        for (let round = 0; round < rounds; round += 1)
          await Promise.all(runIds.map((runId) => job(runId, round)))
      })
      await docker('rmi', '--force', same)
      await rm(scratch, { recursive: true })
    })
  },
)
