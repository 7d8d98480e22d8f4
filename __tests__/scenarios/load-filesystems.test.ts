import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadInto, nodesOf, snapshotterRoot, warningsOf, waysOf } from '../support/loading.ts'
import { digestCommand, oddDockerfile, oddFiles } from '../support/odd-image.ts'
import { expectNothingOfOurs } from '../support/one-node.ts'
import { useOwnEngine } from '../support/own-engine.ts'
import { runPod } from '../support/pod.ts'
import {
  baseImage,
  buildTestImage,
  type Cluster,
  docker,
  inNode,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

const odd = `${uniqueName('odd')}:1`
/** Large enough to have blocks of its own on every filesystem. */
const dockerfile = `${oddDockerfile()}RUN head -c 1000000 /dev/urandom >/opt/blocks\n`

/** Inode number and link count of every file in the image's layers, as Docker's host has them. */
const filesInDocker = async (): Promise<readonly string[]> => {
  const { UpperDir, LowerDir } = JSON.parse(
    await docker('image', 'inspect', '--format', '{{json .GraphDriver.Data}}', odd),
  )
  const folders: readonly string[] = [UpperDir, ...LowerDir.split(':')]
  const volumes = folders.map((folder, i) => `--volume=${folder}:/layers/${i}:ro`)
  const find = ['find', '/layers', '-type', 'f', '-printf', '%i %n\n']
  return (await docker('run', '--rm', '--network=none', ...volumes, baseImage(), ...find))
    .split('\n')
    .sort()
}

const inodesOf = (files: readonly string[]): readonly string[] =>
  files.map((file) => file.split(' ')[0] ?? '')

describe.each(['xfs', 'btrfs'] as const)('Docker and the node on %s', (filesystem) => {
  useOwnEngine(filesystem)
  let cluster: Cluster
  let node: string
  let filesBefore: readonly string[]
  let digestBefore: string

  beforeAll(async () => {
    const building = buildTestImage(odd, dockerfile, oddFiles)
    cluster = await startCluster()
    node = cluster.nodes[0] ?? ''
    await building
    filesBefore = await filesInDocker()
    digestBefore = await docker('run', '--rm', '--network=host', odd, ...digestCommand)
  })
  afterAll(() => cluster?.remove())

  const inSnapshots = (...expression: readonly string[]): Promise<string> =>
    inNode(node, 'find', `${snapshotterRoot}/snapshots`, '-type', 'f', ...expression)

  test('auto takes reflinks, and a pod sees what docker run sees', async () => {
    const status = await docker('info', '--format', '{{.Driver}} {{json .DriverStatus}}')
    expect(status).toMatch(new RegExp(`^overlay2 .*"Backing Filesystem","${filesystem}"`))
    const run = await loadInto(cluster, { images: odd })
    expect(warningsOf(run)).toEqual([])
    expect(nodesOf(run)).toEqual([
      expect.objectContaining({ name: node, way: 'reflink', copiedBytes: 0 }),
    ])
    expect(digestBefore).toMatch(/^[0-9a-f]{64}/)
    expect(await runPod(node, odd, digestCommand)).toBe(digestBefore)
    expect(waysOf(await loadInto(cluster, { images: odd }))).toEqual(['present'])
    await expectNothingOfOurs(node)
  })

  test('blocks are shared and inodes are not: no link count changes', async () => {
    const ours = (await inSnapshots('-printf', '%i\n')).split('\n')
    expect(ours.length).toBeGreaterThan(filesBefore.length)
    expect(await filesInDocker()).toEqual(filesBefore)
    const theirs = new Set(inodesOf(filesBefore))
    expect(ours.filter((inode) => theirs.has(inode))).toEqual([])
    const extents = await inSnapshots(
      '-path',
      '*/fs/opt/blocks',
      '-exec',
      'filefrag',
      '-v',
      '{}',
      '+',
    )
    expect(extents).toMatch(/^ +0: .*\bshared\b/m)
  })

  test('what root writes into the snapshots stays in the node', async () => {
    const vandal = 'chmod 0777 "$1" && chown 7:7 "$1" && echo x >>"$1"'
    await inSnapshots('-path', '*/fs/opt/blocks', '-exec', 'sh', '-c', vandal, 'sh', '{}', ';')
    const look = ['sh', '-c', 'stat -c %u:%a /opt/blocks; tail -c 2 /opt/blocks']
    expect(await runPod(node, odd, look)).toBe('7:777\nx')
    const digestAfter = await docker('run', '--rm', '--network=host', odd, ...digestCommand)
    expect(digestAfter).toBe(digestBefore)
  })
})
