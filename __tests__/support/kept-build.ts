import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { writeFiles } from './bake.ts'
import { withoutPruning } from './builder-turn.ts'
import { type CacheService, startCacheService } from './cache-service.ts'
import { forget } from './cold-builds.ts'
import { eventually } from './eventually.ts'
import { useEngine, warningsOf } from './loading.ts'
import { expectNothingOfOurs } from './one-node.ts'
import { runPod } from './pod.ts'
import { findOrphans } from './runner/orphans.ts'
import type { Phase, Run } from './runner/types.ts'
import { buildSingleFile } from './shaped-images.ts'
import { runSlipway } from './slipway.ts'
import {
  type Cluster,
  ctr,
  docker,
  helpersOf,
  imagesOf,
  startCluster,
  uniqueName,
} from './testbed.ts'

/** What is special about a run. */
export type Way = {
  readonly inputs?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly onSpawn?: (pid: number, phase: Phase) => void
}

const sumOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/**
 * Gives the calling suite a build with `build-cache` for two nodes, of two stages, with a layer that has an
 * entry of the cache to itself and is linked from the first node into the second, and with one file that
 * changes.
 */
export const useKeptBuild = () => {
  const name = uniqueName('killed').replace('-', '')
  const tools = `${name}/tools:1`
  const tag = `${name}/app:dev`
  const big = randomBytes(5_500_000).toString('hex')
  let cluster: Cluster
  let service: CacheService
  let workspace: string

  beforeAll(async () => {
    useEngine('containerd')
    await buildSingleFile(tools)
    cluster = await startCluster(2)
    service = await startCacheService()
    workspace = await mkdtemp(join(tmpdir(), 'kept-build-'))
    await writeFiles(workspace, {
      big,
      Dockerfile: [
        `FROM ${tools} AS ${name}other`,
        'SHELL ["/busybox", "sh", "-c"]',
        `RUN /busybox seq 20000 >/${name}-other`,
        `FROM ${tools} AS ${name}`,
        'SHELL ["/busybox", "sh", "-c"]',
        `COPY --from=${name}other /${name}-other /other`,
        `COPY --link big /big-${name}`,
        `RUN /busybox sha256sum /big-${name} >/sum`,
        `COPY --link own /own-${name}`,
        '',
      ].join('\n'),
    })
  })
  afterAll(async () => {
    await cluster?.remove()
    await service?.stop()
    await docker('rmi', '--force', tools)
    await rm(workspace, { recursive: true })
  })

  /** As on a machine that never saw the build: neither its builder nor its nodes have anything of it. */
  const forgetAll = async (): Promise<void> => {
    for (const node of cluster.nodes) {
      const names = (await imagesOf(node)).filter((each) => !/pause/.test(each))
      if (names.length > 0) await ctr(node, 'images', 'remove', '--sync', ...names)
    }
    await forget(name)
  }
  /** @param own what is in the file that changes */
  const run = async (own: string, { inputs, ...way }: Way = {}): Promise<Run> => {
    await writeFiles(workspace, { own })
    return withoutPruning(() =>
      runSlipway(
        { context: '.', tags: tag, 'cluster-name': cluster.name, 'build-cache': 'true', ...inputs },
        {
          github: { workspace },
          runtime: { token: service.token, resultsUrl: service.resultsUrl },
          ...way,
        },
      ),
    )
  }
  /** Each node has all files of the image, as they were made. */
  const expectImage = async (own: string): Promise<void> => {
    const bigSum = sumOf(big)
    const other = Array.from({ length: 20_000 }, (_, at) => `${at + 1}\n`).join('')
    const sums = {
      [`/big-${name}`]: bigSum,
      '/sum': sumOf(`${bigSum}  /big-${name}\n`),
      [`/own-${name}`]: sumOf(own),
      '/other': sumOf(other),
    }
    const wanted = Object.entries(sums).map(([file, sum]) => `${sum}  ${file}`)
    const command = ['/busybox', 'sha256sum', ...Object.keys(sums)]
    for (const node of cluster.nodes)
      expect(await runPod(node, tag, command)).toBe(wanted.join('\n'))
  }
  /** No process, no container (a builder's lock is one), no folder, no half of a snapshot. */
  const expectNothingLeft = async (done: Run): Promise<void> => {
    const isOver = async () => (await findOrphans(done.trackingId)).length === 0
    await eventually('what it has started ends', isOver)
    expect(await helpersOf(done.state)).toEqual([])
    const left = await readdir(done.files.temp).catch(() => [])
    expect(left.filter((each) => each.includes('slipway'))).toEqual([])
    for (const node of cluster.nodes) await expectNothingOfOurs(node)
  }
  /** A run needs no warning, and both nodes have all that they should. */
  const expectConverges = async (own: string, way: Way = {}): Promise<void> => {
    const next = await run(own, way)
    expect([next.exitCode, next.postExitCode, warningsOf(next)]).toEqual([0, 0, []])
    await expectImage(own)
    await expectNothingLeft(next)
    await next.dispose()
  }
  /** Neither does the cache have anything. */
  const empty = async (): Promise<void> => {
    await forgetAll()
    service.entries.splice(0)
  }
  /** The cache has what one run kept, and nobody else has anything. */
  const keep = async (): Promise<void> => {
    await empty()
    await expectConverges('kept')
    await forgetAll()
  }
  return {
    name,
    cache: () => service,
    run,
    forgetAll,
    empty,
    keep,
    expectNothingLeft,
    expectConverges,
  }
}
