import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { findMachine } from '../../../src/cluster/providers/containerd.ts'
import { parseMachine, type Start, toMachineNode } from '../../../src/cluster/providers/machine.ts'
import { renderError } from '../../../src/failure.ts'

const address = '/run/k3s/containerd/containerd.sock'
const overlayfs = '/var/lib/rancher/k3s/agent/containerd/io.containerd.snapshotter.v1.overlayfs'
const start = (further: Start['env']): Start => ({ startedBy: [], env: further })

const toText = (lines: readonly string[]): string =>
  lines.map((line) => `${line.replace(' ', '\t')}\n`).join('')
const tools = ['bash', 'ctr', 'crictl', 'perl', 'flock', 'tar', 'cp'].map((tool) => `tool ${tool}`)
const well = ['version v1.7.23-k3s2', 'cri ok', `overlayfs ${overlayfs}`, 'snapshotter overlayfs']
const nodeOf = (lines: readonly string[], host = 'runner-1') =>
  toMachineNode(parseMachine(toText(lines)), address, start, host)
const without = (...left: readonly string[]): readonly string[] =>
  [...tools, ...well].filter((line) => !left.some((word) => line.startsWith(word)))

test('a machine with a containerd of its own', () => {
  expect(nodeOf([...tools, ...well])).toEqual({
    name: 'runner-1',
    role: 'machine',
    provider: 'containerd',
    address,
    version: 'v1.7.23-k3s2',
    userland: 'gnu',
    containerd: {
      namespace: 'k8s.io',
      root: '/var/lib/rancher/k3s/agent/containerd',
      snapshotter: 'overlayfs',
    },
    startedBy: [],
    env: { CONTAINERD_SNAPSHOTTER: 'overlayfs', SLIPWAY_SNAPSHOTTER: overlayfs },
  })
})

test.each([
  ['may not write into it', without('overlayfs'), { userland: 'busybox' }],
  ['has no GNU cp', without('tool cp'), { userland: 'busybox' }],
  ['has Perl in place of crictl', without('tool crictl'), { userland: 'gnu' }],
  [
    'has another snapshotter',
    [...without('snapshotter'), 'snapshotter zfs'],
    { containerd: { snapshotter: 'zfs' } },
  ],
  ['has pulled nothing yet', without('snapshotter'), { containerd: { snapshotter: 'overlayfs' } }],
])('one that %s', (_, lines, expected) => {
  expect(nodeOf(lines)).toMatchObject(expected)
})

test('a name that is none', () => {
  expect(nodeOf([...tools, ...well], 'a\tb').name).toBe('this-machine')
})

test.each([
  [
    'no ctr',
    without('tool ctr'),
    /^This machine has no ctr.*`sudo ln -s \/snap\/microk8s\/current\/bin\/ctr \/usr\/local\/bin\/`/,
  ],
  [
    'no answer',
    [...without('version', 'cri'), 'silent ctr: connection refused\u001b[31m'],
    /does not answer: ctr: connection refused \[31m\. See whether it runs/,
  ],
  ['too old', [...without('version'), 'version 1.5.9'], /is 1\.5\.9\. Slipway needs 1\.6 or newer/],
  ['no CRI', without('cri'), /has no CRI.*Docker's own is like that.*disabled_plugins/],
  ["no CRI, where the cluster may be k0s's", without('cri'), /k0s at \/run\/k0s\/containerd\.sock/],
  ['a CRI that failed', [...without('cri'), 'cri error'], /has no CRI/],
  ['nobody to ask CRI', without('tool crictl', 'tool perl'), /has no crictl.*cri-tools/],
  [
    'nobody to ask CRI, and no right to write',
    without('tool crictl', 'overlayfs'),
    /has no crictl/,
  ],
])('refused: %s', (_, lines, expected) => {
  const load = () => nodeOf(lines)
  expect(load).toThrow()
  try {
    load()
  } catch (error) {
    expect(renderError(error)).toMatch(expected)
  }
})

test.each([
  ['nothing', 'none.sock', /^There is no .*none\.sock.*k3s\/containerd\/containerd\.sock/],
  ['a file', 'file', /^It is no socket: .*file/],
])('%s where the socket should be', async (_, name, expected) => {
  const folder = mkdtempSync(join(tmpdir(), 'machine-'))
  writeFileSync(join(folder, 'file'), '')
  const place = { address: join(folder, name), env: {} }
  const refusal = await findMachine(place).catch(renderError)
  rmSync(folder, { recursive: true })
  expect(refusal).toMatch(expected)
})

describe('the snapshotter', () => {
  /** What in-node/machine.sh says where CRI's images are in a folder, and kubelet has pulled into another snapshotter. */
  const findSnapshotter = (mountpoint: string, pulled: string): string | undefined => {
    const folder = mkdtempSync(join(tmpdir(), 'machine-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    // As crictl indents it.
    const told = JSON.stringify(
      { status: { imageFilesystems: [{ fsId: { mountpoint } }], containerFilesystems: [] } },
      undefined,
      2,
    )
    const label = `containerd.io/gc.ref.snapshot.${pulled}=sha256:1`
    const programs = {
      ctr: `case "$*" in *version*) printf 'Server:\\n  Version: 2.1.4\\n' ;; *"content list"*) printf 'sha256:2\\t1kB\\t5 minutes\\t%s\\n' '${pulled && label}' ;; esac`,
      crictl: `case "$*" in *imagefsinfo*) [ -z '${mountpoint}' ] || cat <<'END'\n${told}\nEND\n;; esac`,
    }
    for (const [program, text] of Object.entries(programs))
      writeFileSync(join(folder, program), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
    const env = { PATH: `${folder}:${process.env['PATH']}` }
    const printed = execFileSync('sh', ['src/cluster/providers/in-node/machine.sh'], { env })
    return parseMachine(printed.toString()).snapshotter
  }
  const root = '/var/lib/rancher/k3s/agent/containerd/io.containerd.snapshotter.v1'

  test.each([
    ['CRI says, also before anything is pulled', `${root}.fuse-overlayfs`, '', 'fuse-overlayfs'],
    ['CRI says, whatever an earlier one has left', `${root}.native`, 'overlayfs', 'native'],
    ['was pulled into, where there is no word of CRI', '', 'zfs', 'zfs'],
    ['was pulled into, where the folder has no such name', '/data/images', 'zfs', 'zfs'],
    ['nobody says', '', '', undefined],
  ])('is what %s', (_, mountpoint, pulled, expected) => {
    expect(findSnapshotter(mountpoint, pulled)).toBe(expected)
  })
})
