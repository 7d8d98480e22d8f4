import { lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadByHand, makeWaiter } from '../support/hostile/image.ts'
import { makeHostileImage } from '../support/hostile/layers.ts'
import type { Entry } from '../support/hostile/tar.ts'
import { type Loose, readAttributes, readTree } from '../support/hostile/tree.ts'
import { loadInto, useEngine, waysOf } from '../support/loading.ts'
import { type Cluster, ctr, docker, inNode, startCluster, uniqueName } from '../support/testbed.ts'

/** How many images are made, from which seed on; each is loaded in every way from both stores. */
const rounds = Number(process.env['SLIPWAY_FUZZ_ROUNDS'] ?? 1)
const firstSeed = Number(process.env['SLIPWAY_FUZZ_SEED'] ?? 1)
const ways = ['link', 'copy', 'stream'] as const

describe.each(['overlay2', 'containerd'] as const)('Docker with %s', (store) => {
  const mark = uniqueName('canary')
  let waiter: readonly Entry[]
  let cluster: Cluster
  let canaries: readonly string[]
  let dataRoot: string

  beforeAll(async () => {
    useEngine(store)
    waiter = await makeWaiter()
    cluster = await startCluster(ways.length)
    dataRoot = await docker('info', '--format', '{{.DockerRootDir}}')
    const inHost = await Promise.all(
      cluster.nodes.map(async (node) => {
        await inNode(node, 'mkdir', '-p', `/etc/kubernetes/${mark}`)
        const pid = await docker('inspect', '--format', '{{.State.Pid}}', node)
        return `/proc/${pid}/root/etc/kubernetes/${mark}`
      }),
    )
    canaries = [...inHost, join(dataRoot, mark), join('/tmp', mark)]
    for (const canary of canaries) {
      mkdirSync(join(canary, 'folder'), { recursive: true, mode: 0o750 })
      writeFileSync(join(canary, 'file'), 'kept', { mode: 0o640 })
    }
  })
  afterAll(async () => {
    await cluster?.remove()
    for (const place of [join(dataRoot, mark), join('/tmp', mark)])
      rmSync(place, { recursive: true, force: true })
  })

  /** All that may not change, and what may not appear beside it. */
  const stateOfCanaries = (): readonly string[] =>
    canaries.flatMap((canary) => [
      ...['', 'file', 'folder'].map((path) => {
        const { mode, uid, gid, nlink, mtimeNs, ctimeNs } = lstatSync(join(canary, path), {
          bigint: true,
        })
        return [canary, path, mode, uid, gid, nlink, mtimeNs, ctimeNs].join(' ')
      }),
      ...readdirSync(canary),
      ...readdirSync(join(canary, '..')).filter((name) => name.includes('planted')),
      ...readdirSync(dataRoot).filter((name) => name.includes('planted')),
    ])

  /** Where an image's links lead: to each canary, and to what would be made beside it. */
  const targets = (): readonly string[] => {
    const places = [
      `/etc/kubernetes/${mark}`,
      `/tmp/${mark}`,
      `/proc/1/root/tmp/${mark}`,
      `/slipway/${mark}`,
    ]
    const above = ['..', '../..', '../../..', '../../../..', '../../../../..']
    return [
      ...places.flatMap((place) => [place, `${place}/file`, `${place}/planted`]),
      ...above.flatMap((way) => [`${way}/${mark}/folder`, `${way}/planted-${mark}`]),
    ]
  }

  const inDocker = async <T>(tag: string, read: (root: string) => T): Promise<T> => {
    const container = await docker('run', '--detach', '--network=none', tag)
    try {
      const pid = await docker('inspect', '--format', '{{.State.Pid}}', container)
      return read(`/proc/${pid}/root`)
    } finally {
      await docker('rm', '--force', container)
    }
  }

  const inTheNode = async <T>(node: string, tag: string, read: (root: string) => T): Promise<T> => {
    const place = `/run/${tag.replace(/\W/g, '-')}`
    await inNode(node, 'mkdir', place)
    await ctr(node, 'images', 'mount', `docker.io/library/${tag}`, place)
    const pid = await docker('inspect', '--format', '{{.State.Pid}}', node)
    try {
      return read(`/proc/${pid}/root${place}`)
    } finally {
      await inNode(node, 'umount', place)
    }
  }

  test.each(Array.from({ length: rounds }, (_, i) => firstSeed + i))(
    'seed %i: the nodes see what Docker sees, and nothing else has changed',
    async (seed) => {
      const tag = `${uniqueName('hostile')}:${seed}`
      const { layers, unsaid } = makeHostileImage(seed, targets(), store === 'containerd')
      await loadByHand(tag, [waiter, ...layers])
      try {
        const before = stateOfCanaries()
        const runs = await Promise.all(
          ways.map((way, i) =>
            loadInto(cluster, {
              images: tag,
              'load-mode': way,
              nodes: cluster.nodes[i] ?? '',
            }),
          ),
        )
        expect(runs.flatMap(waysOf)).toEqual([...ways])
        expect(stateOfCanaries()).toEqual(before)
        const kind: Loose = store === 'overlay2' ? 'type' : 'all but time'
        const loose = new Map([...unsaid].map((path) => [path, kind]))
        const theirs = await inDocker(tag, (root) => {
          const tree = readTree(root, loose)
          const paths = [...tree.keys()].filter(
            (path) =>
              !/^(etc|busybox)$/.test(path) && !loose.has(path) && tree.get(path) !== 'listed only',
          )
          return { tree, paths, attributes: readAttributes(root, paths) }
        })
        expect(theirs.tree.size).toBeGreaterThan(20)
        for (const [i, way] of ways.entries()) {
          const ours = await inTheNode(cluster.nodes[i] ?? '', tag, (root) => ({
            tree: readTree(root, loose),
            attributes: readAttributes(root, theirs.paths),
          }))
          expect(Object.fromEntries(ours.tree), way).toEqual(Object.fromEntries(theirs.tree))
          expect(ours.attributes, way).toEqual(theirs.attributes)
        }
      } finally {
        await docker('rmi', '--force', tag)
      }
    },
  )
})
