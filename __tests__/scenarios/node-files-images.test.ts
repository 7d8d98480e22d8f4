import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type PodMount, runPod } from '../support/pod.ts'
import type { Run } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  type Cluster,
  ctr,
  helpersOf,
  imagesOf,
  inNode,
  provideNodeImage,
  snapshotsOf,
  startCluster,
} from '../support/testbed.ts'

const workspace = mkdtempSync(join(tmpdir(), 'slipway-files-'))
const target = '/var/local/models'
let cluster: Cluster
let [first, second] = ['', '']

const write = (path: string, content: string): void => {
  const file = join(workspace, 'models', path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, content)
}

const sync = async (inputs: Readonly<Record<string, string>> = {}): Promise<Run> => {
  const step = {
    'node-files': `models:${target}`,
    'node-files-images': 'true',
    'cluster-name': cluster.name,
    ...inputs,
  }
  const run = await runSlipway(step, { github: { workspace } })
  await run.dispose()
  expect(run.log).not.toContain('##[error]')
  expect([run.exitCode, await helpersOf(run.state)]).toEqual([0, []])
  return run
}

const referenceOf = (run: Run): string => {
  const [volume] = JSON.parse(run.outputs['volumes'] ?? '[]')
  expect(volume.image?.pullPolicy).toBe('Never')
  return volume.image.reference
}

const ours = async (node: string): Promise<readonly string[]> =>
  (await imagesOf(node)).filter((name) => name.startsWith('slipway.local/'))

const asImage = (reference: string): PodMount => ({
  container_path: '/models',
  readonly: true,
  image: { image: reference },
})

/** As kubelet asks for it, which has looked the name up before. */
const idOf = async (node: string, reference: string): Promise<string> =>
  JSON.parse(await inNode(node, 'crictl', 'inspecti', reference)).status.id

beforeAll(async () => {
  cluster = await startCluster(2)
  ;[first = '', second = ''] = cluster.nodes
  write('a.bin', 'one')
  write('deep/b.bin', 'two')
})

afterAll(async () => {
  await cluster?.remove()
  rmSync(workspace, { recursive: true })
})

test('a folder is an image in all nodes, by the same inodes, that pods mount and cannot write to', async () => {
  const run = await sync({ images: baseImage() })
  const reference = referenceOf(run)
  expect(reference).toMatch(/^slipway\.local\/models:[0-9a-f]{16}$/)
  expect(run.summary).toContain(`linked (2 nodes); image ${reference} |`)
  expect(run.log).toContain(`reference: ${reference}`)
  const inode = await inNode(first, 'stat', '-Lc', '%i', `${target}/a.bin`)
  const script = [
    'cat /models/a.bin /models/deep/b.bin; echo changed >/models/a.bin || echo refused',
    'rm -f /models/a.bin || echo refused; stat -c %i /models/a.bin; ls -A /models',
  ].join('; ')
  for (const node of cluster.nodes) {
    expect(await ours(node)).toEqual([reference])
    for (const name of [reference, await idOf(node, reference)]) {
      const printed = await runPod(node, baseImage(), ['sh', '-c', script], [asImage(name)])
      expect(printed).toMatch(/^onetwo.*refused.*refused/s)
      expect(printed).toMatch(new RegExp(`^${inode}\na\\.bin\ndeep$`, 'm'))
    }
  }
})

test('unchanged, nothing is done; what kubelet and the garbage collector do leaves it whole', async () => {
  await eventually('a step without a change does nothing', async () => {
    const again = await sync()
    return again.log.includes('Slipway: 1 path unchanged')
  })
  const reference = referenceOf(await sync())
  const before = await snapshotsOf(first)
  const { images } = JSON.parse(await inNode(first, 'crictl', 'images', '-o', 'json'))
  const image = images.find((each: { repoTags: string[] }) => each.repoTags.includes(reference))
  expect(image.pinned).toBe(true)
  await inNode(first, 'crictl', 'rmi', '--prune')
  await ctr(first, 'content', 'prune', 'references')
  expect(await ours(first)).toEqual([reference])
  const left = await snapshotsOf(first)
  expect(before.filter((name) => !left.includes(name))).toHaveLength(1)
  // Of which the pods below are made.
  const run = await sync({ images: baseImage() })
  expect(run.summary).toContain(`unchanged (2 nodes); image ${reference} |`)
  const printed = await runPod(first, baseImage(), ['cat', '/models/a.bin'], [asImage(reference)])
  expect(printed).toBe('one')
})

test('a pod keeps its version while a run brings the next one; it goes once no pod has it', async () => {
  const old = referenceOf(await sync())
  const gate = '/var/local/gate'
  await inNode(first, 'mkdir', gate)
  const mounts: readonly PodMount[] = [
    asImage(old),
    { host_path: gate, container_path: '/gate', readonly: false },
  ]
  const script =
    'touch /gate/began; until [ -e /gate/go ]; do sleep 0.1; done; cat /models/a.bin /models/deep/b.bin'
  const pod = runPod(first, baseImage(), ['sh', '-c', script], mounts)
  const hasBegun = async () => (await inNode(first, 'ls', gate)).includes('began')
  await eventually('the pod began', hasBegun)
  write('a.bin', 'another')
  const now = referenceOf(await sync())
  expect(now).not.toBe(old)
  expect(await ours(first)).toEqual([now, old].sort())
  expect(await ours(second)).toEqual([now])
  await ctr(first, 'content', 'prune', 'references')
  await inNode(first, 'touch', `${gate}/go`)
  expect(await pod).toBe('onetwo')
  const before = (await snapshotsOf(first)).length
  await sync()
  expect(await ours(first)).toEqual([now])
  await eventually(
    'its snapshot is gone',
    async () => (await snapshotsOf(first)).length === before - 1,
  )
  const printed = await runPod(first, baseImage(), ['cat', '/models/a.bin'], [asImage(now)])
  expect(printed).toBe('another')
})

test('an image that somebody removed comes back; one of whose files changed is made anew', async () => {
  const reference = referenceOf(await sync())
  await inNode(second, 'crictl', 'rmi', reference)
  expect(await ours(second)).toEqual([])
  // As of a step that was killed before it said so.
  await ctr(first, 'images', 'label', reference, 'io.cri-containerd.pinned=')
  expect(referenceOf(await sync())).toBe(reference)
  for (const node of cluster.nodes) {
    expect(await ours(node)).toEqual([reference])
    expect(await ctr(node, 'images', 'list', `name==${reference}`)).toContain('pinned=pinned')
  }
  await inNode(second, 'sh', '-c', `printf evil... >${target}/a.bin`)
  const cat = ['cat', '/models/a.bin']
  expect(await runPod(first, baseImage(), cat, [asImage(reference)])).toBe('evil...')
  await sync({ 'node-files-verify': 'true' })
  expect(await runPod(first, baseImage(), cat, [asImage(reference)])).toBe('another')
})

test("what is not named goes when it is asked for; others' images stay", async () => {
  const theirs = ['slipway.local/theirs:0123456789abcdef', 'example.org/models:1']
  const base = 'localhost/slipway-testbed/pause:1'
  for (const name of theirs) await ctr(first, 'images', 'tag', base, name)
  // Of which it is not known before that it is no folder.
  const file = `image://${baseImage()}:/etc/debian_version:/var/local/version`
  const other = { 'node-files': `models/deep:/var/local/other\n${file}` }
  const kept = referenceOf(await sync(other))
  expect((await sync(other)).log).toContain('Slipway: 2 paths unchanged')
  expect(await ours(first)).toHaveLength(3)
  await sync({ ...other, 'node-files-prune': 'true' })
  expect(await ours(second)).toEqual([kept])
  expect(await imagesOf(first)).toEqual(expect.arrayContaining([kept, ...theirs]))
  expect(await ours(first)).toHaveLength(2)
  await sync({ ...other, 'node-files-images': 'false', 'node-files-prune': 'true' })
  expect(await ours(second)).toEqual([])
})

test('a node whose containerd mounts no images gets none, and the step says so', async () => {
  const old = await startCluster(1, ['--image', await provideNodeImage('trixie')])
  try {
    const run = await sync({ 'cluster-name': old.name })
    expect(run.annotations.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^node-files-images: none are made, as \S+ has containerd 1\.7, and image volumes need 2\.1\./,
      ),
    ])
    expect(JSON.parse(run.outputs['volumes'] ?? '[]')[0].image).toBeUndefined()
    expect(await ours(old.nodes[0] ?? '')).toEqual([])
    expect(await inNode(old.nodes[0] ?? '', 'cat', `${target}/a.bin`)).toBe('another')
  } finally {
    await old.remove()
  }
})
