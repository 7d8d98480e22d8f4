import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type CacheService, startCacheService } from '../support/cache-service.ts'
import { eventually } from '../support/eventually.ts'
import { buildKindNode } from '../support/kind-node.ts'
import { useEngine } from '../support/loading.ts'
import { runPod } from '../support/pod.ts'
import { type RealRegistry, registryProgram, startRealRegistry } from '../support/real-registry.ts'
import type { Run } from '../support/runner/types.ts'
import { buildTiny } from '../support/shaped-images.ts'
import { runSlipway, type SlipwayOptions } from '../support/slipway.ts'
import { type Cluster, docker, imagesOf, startCluster, uniqueName } from '../support/testbed.ts'

describe.skipIf(registryProgram === undefined).each(['overlay2', 'containerd'] as const)(
  'pulled images in the Actions cache, with %s',
  (store) => {
    let cluster: Cluster
    let registry: RealRegistry
    let service: CacheService
    let [byTag, byDigest] = ['', '']
    let stopped: Promise<void> | undefined

    const publish = async (name: string, further: readonly string[] = []): Promise<string> => {
      const tag = `${registry.host}/${name}:1`
      await buildTiny(tag, ['/bin/sh', '/usr/bin/perl', ...further])
      await docker('push', '--quiet', tag)
      const listed = await docker('image', 'inspect', '--format', '{{json .RepoDigests}}', tag)
      await docker('rmi', '--force', tag)
      return /@(sha256:[0-9a-f]{64})/.exec(listed)?.[1] ?? ''
    }
    const load = async (
      images: string,
      node: string | undefined,
      more: Readonly<Record<string, string>> = { 'image-cache': 'true' },
      options: SlipwayOptions = {},
    ): Promise<Run> => {
      const inputs = { images, nodes: node ?? '', 'cluster-name': cluster.name }
      const run = await runSlipway(
        { ...inputs, ...more },
        { runtime: { token: service.token, resultsUrl: service.resultsUrl }, ...options },
      )
      await run.dispose()
      return run
    }

    const stopRegistry = (): Promise<void> | undefined => {
      stopped ??= registry?.stop()
      return stopped
    }

    beforeAll(async () => {
      useEngine(store)
      cluster = await startCluster(2)
      registry = await startRealRegistry()
      service = await startCacheService()
      byTag = `${registry.host}/team/web:1`
      await publish('team/web')
      byDigest = `${registry.host}/team/db@${await publish('team/db')}`
    })
    afterEach(() => {
      service.entries.splice(0)
    })
    afterAll(async () => {
      await cluster?.remove()
      await stopRegistry()
      await service?.stop()
    })

    test.runIf(store === 'overlay2')(
      'the cache of an image whose registry was faster twice in a row is left alone',
      async () => {
        const auto = { 'image-cache': 'auto', 'free-disk': 'never' }
        const hosted = { runnerEnvironment: 'github-hosted' } as const
        const other = `${registry.host}/team/raced:1`
        await publish('team/raced', ['/bin/ls'])
        const [first, second] = cluster.nodes
        const change = (from: RegExp, to: string): void => {
          for (const entry of service.entries) entry.key = entry.key.replace(from, to)
        }
        await load(other, first, auto, hosted)
        change(/(slipway-image-.*)-\d+b\d+ms/, '$1-9000000b1ms')
        const restored = await load(other, second, auto, hosted)
        expect(restored.log).toMatch(/MB from the cache/)
        // Once is not enough.
        change(/(slipway-restore-v1-\w+-\w+)-1-/, '$1-2-')
        let run: Run | undefined
        // What is remembered has to be found in time.
        await eventually(
          'what was measured is heeded',
          async () => {
            run = await load(other, undefined, auto, hosted)
            return !run.log.includes('the nodes have all of it')
          },
          120_000,
        )
        expect(run?.log).toMatch(
          /image-cache: Docker pulls \S+raced:1: its registry sent 9\.0 GB\/s and the cache \S+ .?B\/s, slower in 2 runs in a row/,
        )
        expect(run?.exitCode).toBe(0)
      },
      300_000,
    )

    test.runIf(store === 'overlay2')(
      'they come while kind makes the cluster that they are for',
      async () => {
        const [first] = cluster.nodes
        const image = `${registry.host}/team/early:1`
        await publish('team/early', ['/bin/cat'])
        expect((await load(image, first)).exitCode).toBe(0)
        const name = uniqueName('early')
        let inNode: readonly string[] = []
        const made = await load(
          image,
          undefined,
          {
            ...{ 'image-cache': 'true', 'create-cluster': 'true', 'cluster-name': name },
            'node-image': await buildKindNode(),
          },
          {
            betweenPhases: async () => {
              inNode = await imagesOf(`${name}-control-plane`)
            },
          },
        )
        expect([made.exitCode, inNode]).toEqual([0, expect.arrayContaining([image])])
        expect(made.log).toMatch(/image-cache: \S+ [\d.]+ MB from the cache/)
        expect(made.log).not.toContain('from its registry')
        expect(await docker('images', '--quiet', image)).toBe('')
      },
      300_000,
    )

    test('what one run fetched, the next has for its nodes, and Docker needs none of it', async () => {
      const [first, second] = cluster.nodes
      const cold = await load(`${byTag}\n${byDigest}`, first)
      expect(cold.log).not.toContain('##[error]')
      expect(cold.log).toMatch(/image-cache: \S+ [\d.]+ MB from its registry/)
      expect(cold.log).toMatch(/image-cache: [\d.]+ MB kept for later runs/)
      const warm = await load(`${byTag}\n${byDigest}`, second)
      expect(warm.log).not.toContain('from its registry')
      expect(warm.log).not.toContain('kept for later runs')
      expect([cold.exitCode, warm.exitCode]).toEqual([0, 0])
      for (const node of cluster.nodes) {
        expect(await imagesOf(node)).toEqual(expect.arrayContaining([byTag, byDigest]))
        for (const image of [byTag, byDigest])
          expect(await runPod(node, image, ['/bin/sh', '-c', 'echo runs'])).toContain('runs')
      }
      expect(await docker('images', '--quiet', byTag)).toBe('')
      await stopRegistry()
      const alone = await load(byDigest, undefined)
      expect([alone.exitCode, alone.log]).toEqual([0, expect.not.stringContaining('Docker pulls')])
    })
  },
)
