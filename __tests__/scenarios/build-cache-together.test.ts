import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bakeGroup, writeFiles } from '../support/bake.ts'
import { type Barrier, startBarrier } from '../support/barrier.ts'
import { withoutPruning } from '../support/builder-turn.ts'
import { type CacheService, startCacheService } from '../support/cache-service.ts'
import { forget } from '../support/cold-builds.ts'
import { eventually } from '../support/eventually.ts'
import { loadInto, useEngine, warningsOf, waysOf } from '../support/loading.ts'
import { expectNothingOfOurs } from '../support/one-node.ts'
import { runPod } from '../support/pod.ts'
import type { Run } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  type Cluster,
  ctr,
  imagesOf,
  inNode,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

let cluster: Cluster
let service: CacheService
let workspace: string
const name = uniqueName('both').replace('-', '')
/** So much that its layer has an entry of its own. */
const big = randomBytes(5_500_000).toString('hex')

beforeAll(async () => {
  useEngine('containerd')
  cluster = await startCluster(2)
  service = await startCacheService()
  workspace = await mkdtemp(join(tmpdir(), 'together-'))
  await writeFiles(workspace, { big })
  // Nodes have what all images are built upon.
  await loadInto(cluster, { images: baseImage() })
})
afterAll(async () => {
  await cluster?.remove()
  await service?.stop()
  await rm(workspace, { recursive: true })
})

/** Has a node lose all layers of ours. */
const loseImages = async (node: string): Promise<void> => {
  const ours = (await imagesOf(node)).filter((each) => each.includes(name))
  // The name by its ID is none of ours.
  const ids = (await imagesOf(node)).filter((each) => each.startsWith('sha256:'))
  const bases = await inNode(node, 'crictl', 'inspecti', '-q', baseImage())
  await ctr(node, 'images', 'remove', '--sync', ...ours, ...ids.filter((id) => !bases.includes(id)))
  // CRI hears of it a moment later.
  const images = () => inNode(node, 'crictl', 'images')
  await eventually('CRI has them no more', async () => !(await images()).includes(name))
}

/** As on a machine that never saw these builds, but has the base. */
const forgetAll = async (): Promise<void> => {
  for (const node of cluster.nodes) await loseImages(node)
  await forget(name)
}

const run = (inputs: Readonly<Record<string, string>>): Promise<Run> =>
  withoutPruning(() =>
    runSlipway(
      { 'cluster-name': cluster.name, 'build-cache': 'true', ...inputs },
      {
        github: { workspace },
        runtime: { token: service.token, resultsUrl: service.resultsUrl },
      },
    ),
  )

const expectFine = (done: Run): void =>
  expect([done.exitCode, done.postExitCode, warningsOf(done)]).toEqual([0, 0, []])

/** Both nodes have the large file as it is, and what else is in the image. */
const expectImage = async (tag: string, wanted: string): Promise<void> => {
  const command = [
    'sh',
    '-c',
    `cat /own; cmp /big-${name} /other/big-${name} && md5sum </big-${name}`,
  ]
  const told = await Promise.all(cluster.nodes.map((node) => runPod(node, tag, command)))
  expect(told[0]).toMatch(new RegExp(`^${wanted}\n[0-9a-f]{32} `))
  expect(told[1]).toBe(told[0])
  for (const node of cluster.nodes) await expectNothingOfOurs(node)
}

/** Layers that have entries to themselves, as often as something was asked of them. */
const layersIn = (requests: CacheService['requests'], request: string): readonly string[] =>
  requests.flatMap(({ name: each, key = '' }) =>
    each === request && key.startsWith('slipway-layer-') ? [key] : [],
  )

describe('two builds at once that share layers', () => {
  let barriers: readonly Barrier[]
  beforeEach(async () => {
    await forgetAll()
    service.entries.splice(0)
    barriers = [await startBarrier(), await startBarrier()]
    void Promise.all(barriers.map(({ held }) => held)).then(() => {
      for (const { open } of barriers) open()
    })
    return () => Promise.all(barriers.map(({ stop }) => stop()))
  })

  const shared = [
    `FROM ${baseImage()} AS ${name}shared`,
    `COPY --link big /big-${name}`,
    `RUN mkdir /other && cp /big-${name} /other/`,
  ]

  test('of one step: each layer is kept once, and fetched once', async () => {
    // As the folder of what was kept is called.
    const targets = ['a', 'kept']
    const stages = targets.map((each, at) => [
      `FROM ${name}shared AS ${name}${each}`,
      `RUN ${barriers[at]?.command} && echo ${each} >/own`,
    ])
    await writeFiles(workspace, {
      Dockerfile: `${[...shared, ...stages.flat()].join('\n')}\n`,
      'docker-bake.hcl': [
        bakeGroup(targets),
        ...targets.map((each) =>
          [
            `target "${each}" {`,
            `  context = "."\n  network = "host"`,
            `  target = "${name}${each}"\n  tags = ["${name}/${each}:dev"]\n}\n`,
          ].join('\n'),
        ),
      ].join(''),
    })
    const inputs = { 'bake-files': 'docker-bake.hcl', allow: 'network.host' }
    const expectBoth = async (done: Run): Promise<void> => {
      expectFine(done)
      for (const each of targets) await expectImage(`${name}/${each}:dev`, each)
    }
    const before = service.requests.length
    await expectBoth(await run(inputs))
    const kept = layersIn(service.requests.slice(before), 'PUT blob')
    expect(kept).toHaveLength(2)
    expect(new Set(kept).size).toBe(2)
    await forgetAll()
    const seen = service.requests.length
    const again = await run(inputs)
    await expectBoth(again)
    expect(again.log).toMatch(/build-cache: (\d+) of \1 steps hit/)
    expect(layersIn(service.requests.slice(seen), 'GET blob').toSorted()).toEqual(kept.toSorted())
  })

  test('of two steps: neither is in the way of the other', async () => {
    const steps = ['a', 'b'].map((each, at) => ({
      each,
      file: [...shared, `RUN ${barriers[at]?.command} && echo ${each} >/own`].join('\n'),
    }))
    await writeFiles(
      workspace,
      Object.fromEntries(steps.map(({ each, file }) => [`Dockerfile.${each}`, `${file}\n`])),
    )
    const both = () =>
      Promise.all(
        steps.map(({ each }) =>
          run({
            ...{ context: '.', file: `Dockerfile.${each}`, tags: `${name}/${each}:dev` },
            network: 'host',
          }),
        ),
      )
    for (const when of ['cold', 'warm']) {
      for (const done of await both()) {
        expectFine(done)
        expect([when, done.log.includes('steps hit')]).toEqual([when, true])
        if (when === 'warm') expect(done.log).toMatch(/build-cache: (\d+) of \1 steps hit/)
      }
      for (const { each } of steps) await expectImage(`${name}/${each}:dev`, each)
      await forgetAll()
    }
  })
})

describe('nodes that lose layers while the build relies on them', () => {
  const tag = `${name}/lost:dev`

  /** @param barrier where a stage that needs no layer below waits */
  const write = (own: string, barrier?: Barrier): Promise<void> =>
    writeFiles(workspace, {
      own: `${own}\n`,
      Dockerfile: [
        `FROM ${baseImage()} AS ${name}waits`,
        `RUN ${barrier?.command ?? 'true'} && echo ${name} >/waited`,
        `FROM ${baseImage()} AS ${name}`,
        `COPY --link big /big-${name}`,
        `COPY --link big /other/big-${name}`,
        `COPY --link --from=${name}waits /waited /waited`,
        'COPY --link own /own',
        '',
      ].join('\n'),
    })

  const inputs = { context: '.', tags: tag, network: 'host' }

  const buildWhile = async (own: string, lose: () => Promise<unknown>): Promise<Run> => {
    const barrier = await startBarrier()
    try {
      await write(own, barrier)
      const running = run(inputs)
      await barrier.held
      await lose()
      barrier.open()
      const done = await running
      expectFine(done)
      await expectImage(tag, own)
      return done
    } finally {
      await barrier.stop()
    }
  }

  beforeAll(async () => {
    await forgetAll()
    service.entries.splice(0)
    await write('first')
    expectFine(await run(inputs))
    await expectImage(tag, 'first')
  })

  test('one of them: the builder that has them sends them after all', async () => {
    const [, worker = ''] = cluster.nodes
    const done = await buildWhile('second', () => loseImages(worker))
    expect(waysOf(done)).toHaveLength(2)
  })

  test('all of them, and an empty builder: the cache gives them', async () => {
    await forget(name)
    const seen = service.requests.length
    await buildWhile('third', () => Promise.all(cluster.nodes.map(loseImages)))
    expect(layersIn(service.requests.slice(seen), 'GET blob')).not.toEqual([])
  })
})
