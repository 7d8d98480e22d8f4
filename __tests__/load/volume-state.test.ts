import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { joinScript } from '../../src/load/helper.ts'
import { parseNodeState } from '../../src/load/node-state.ts'
import { toVolumeImage } from '../../src/load/volume-image.ts'
import { findVolumeObjection, isWhole, parseVolumeState } from '../../src/load/volume-state.ts'
import { nodeNamed } from '../support/found.ts'

const node = nodeNamed('kind-worker')
const hex = (digit: string): string => digit.repeat(64)

describe('whether pods of a node can mount images', () => {
  test.each<[string, string, RegExp | undefined]>([
    ['nothing', '', /does not tell its version/],
    [
      'an old containerd',
      'containerd\t1.7.24~ds1',
      /has containerd 1\.7, and image volumes need 2\.1/,
    ],
    ['the last one before', 'containerd\tv2.0.5', /has containerd 2\.0/],
    ['a containerd that can, without kubelet', 'containerd\t2.1.9+unknown', undefined],
    ['Kubernetes 1.30', 'containerd\tv2.3.4\nkubelet\tKubernetes v1.30.13', /has Kubernetes 1\.30/],
    [
      'a gate of its own',
      'containerd\tv2.3.4\nkubelet\tKubernetes v1.33.1',
      /gate ImageVolume is off/,
    ],
    ['the gate', 'containerd\tv2.3.4\nkubelet\tKubernetes v1.33.1\ngate\ttrue', undefined],
    ['no need of a gate', 'containerd\tv2.3.4\nkubelet\tKubernetes v1.35.0', undefined],
    [
      'a gate that is shut',
      'containerd\tv2.3.4\nkubelet\tKubernetes v1.36.0\ngate\tfalse',
      /is off/,
    ],
    ['ten times as new', 'containerd\tv10.0.0\nkubelet\tKubernetes v1.100.0', undefined],
  ])('that tells %s', (_, printed, expected) => {
    const objection = findVolumeObjection(node, parseVolumeState(printed))
    if (expected === undefined) expect(objection).toBeUndefined()
    else expect(objection).toMatch(expected)
  })

  test('not with a snapshotter that takes no folders', () => {
    const other = { ...node, containerd: { ...node.containerd, snapshotter: 'native' } }
    const state = parseVolumeState('containerd\t2.1.9')
    expect(findVolumeObjection(other, state)).toMatch(/snapshotter of kind-worker is native/)
  })
})

describe('the kubelet that runs', () => {
  let place: string
  let started: ChildProcess | undefined
  beforeEach(async () => {
    place = await mkdtemp(join(tmpdir(), 'slipway-kubelet-'))
  })
  afterEach(async () => {
    started?.kill()
    await rm(place, { recursive: true })
  })

  const write = (name: string, text: string): Promise<void> =>
    writeFile(join(place, name), `#!/bin/bash\n${text}\n`, { mode: 0o755 })

  /** What the script prints where systemd says this of kubelet's main process. */
  const list = async (main: number | undefined): Promise<string> => {
    await write(
      'systemctl',
      `[[ "$*" == 'show --property MainPID --value kubelet' ]] && echo ${main}`,
    )
    await write('ctr', 'true')
    const script = joinScript('lists', 'client', 'volumes')
    const env = { ...process.env, PATH: `${place}:${process.env['PATH']}` }
    return (await promisify(execFile)('bash', ['-c', script, 'bash', 'list'], { env })).stdout
  }

  /** As minikube starts it, from a folder that is on no `PATH`. */
  const start = async (...flags: readonly string[]): Promise<number | undefined> => {
    await mkdir(join(place, 'v1.33.1'))
    await write('v1.33.1/kubelet', 'echo Kubernetes v1.33.1')
    const wait = ['-e', 'setInterval(() => {}, 1e6)', '--', '--config=/c.yaml', ...flags]
    started = spawn(process.execPath, wait, { argv0: join(place, 'v1.33.1/kubelet') })
    await once(started, 'spawn')
    return started.pid
  }

  test.each([
    ['--feature-gates=ImageVolume=true', true],
    ['--feature-gates=A=false,ImageVolume=false,B=true', false],
    ['--feature-gates=NoImageVolume=true', undefined],
    ['--v=2', undefined],
  ])('is asked for its version; with %s the gate is %s', async (flag, gate) => {
    const printed = await list(await start(flag, '--node-ip=10.0.0.2'))
    expect(parseVolumeState(printed)).toMatchObject({ kubelet: [1, 33], gate })
  })

  test('and where none runs, the one on the PATH', async () => {
    await write('kubelet', 'echo Kubernetes v1.36.0')
    expect(parseVolumeState(await list(0)).kubelet).toEqual([1, 36])
  })

  test("minikube's users have a flag for the gate", () => {
    const state = parseVolumeState('containerd\tv2.3.4\nkubelet\tKubernetes v1.33.1')
    const mini = { ...node, name: 'mini', provider: 'minikube' } as const
    expect(findVolumeObjection(mini, state)).toMatch(/`minikube start --feature-gates=ImageVolume=/)
  })
})

test('images are those of our form alone; what is not said to be free is used', () => {
  const own = 'slipway.local/models:0123456789abcdef'
  const lines = [
    `image\t${own}\tfree\tpinned`,
    `image\t${own.replace('models', 'a')}\t\t`,
    'image\tslipway.local/models:latest\tfree\tpinned',
    'image\tslipway.local/../models:0123456789abcdef\tfree\tpinned',
    'image\tslipway.local/-x;rm:0123456789abcdef0\tfree\tpinned',
    'image\texample.org/models:0123456789abcdef\tfree\tpinned',
    'removed\tx',
  ]
  expect(parseVolumeState(lines.join('\n')).images).toEqual([
    { name: own, isUsed: false, isPinned: true },
    { name: own.replace('models', 'a'), isUsed: true, isPinned: false },
  ])
})

describe('an image of files is whole', () => {
  const name = 'slipway.local/models:0123456789abcdef'
  const [config, top] = [hex('c'), `sha256:${hex('1')}`]
  const whole = {
    label: `label\t${name}\t${config}.${config}.${hex('d')}.17`,
    snapshots: `snapshot\t${top}\t3`,
    held: `held\tsha256:${config}\t${top}`,
    cri: `image\tsha256:${config}\t${name}`,
  }
  const judge = (change: Partial<typeof whole> = {}): boolean =>
    isWhole(name, parseNodeState(Object.values({ ...whole, ...change }).join('\n')))

  test('where name, record, snapshot, config and CRI agree', () => expect(judge()).toBe(true))

  test.each<[string, Partial<typeof whole>]>([
    ['nobody remembers it', { label: '' }],
    ['the name is of another image', { label: whole.label.replace(config, hex('e')) }],
    ['its snapshot is gone', { snapshots: '' }],
    ['CRI does not have it', { cri: '' }],
    ['its config holds on to nothing', { held: '' }],
  ])('not where %s', (_, change) => expect(judge(change)).toBe(false))
})

describe('an image of files', () => {
  const name = 'slipway.local/models:0123456789abcdef'
  const of = (digest: string, architecture = 'amd64') =>
    toVolumeImage(name, digest, 3_000_000_000, architecture)

  test('has one layer, which is told by the files, and one name', () => {
    const { image, config } = of(hex('a'))
    const [layer] = image.layers
    expect(image.digestNames).toEqual([name])
    expect(image.references).toEqual([])
    expect(JSON.parse(config).rootfs.diff_ids).toEqual([layer?.diffId])
    expect(layer?.chainId).toBe(layer?.diffId)
    const manifest = JSON.parse(image.layout?.manifest ?? '')
    expect(manifest.config.digest).toBe(image.id)
    expect(manifest.layers).toMatchObject([{ digest: layer?.diffId, size: 3_000_000_000 }])
  })

  test('is the same for the same files, and another for others', () => {
    expect(of(hex('a'))).toEqual(of(hex('a')))
    expect(of(hex('a')).image.layers).not.toEqual(of(hex('b')).image.layers)
    expect(of(hex('a')).image.id).not.toBe(of(hex('a'), 'arm64').image.id)
  })

  test('of nothing but empty files has a size that kubelet takes', () => {
    expect(toVolumeImage(name, hex('a'), 0, 'amd64').image.sizeBytes).toBe(1)
  })
})
