import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
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
  ['no ctr', without('tool ctr'), /^This machine has no ctr.*microk8s/],
  [
    'no answer',
    [...without('version', 'cri'), 'silent ctr: connection refused\u001b[31m'],
    /does not answer: ctr: connection refused \[31m\. See whether it runs/,
  ],
  ['too old', [...without('version'), 'version 1.5.9'], /is 1\.5\.9\. Slipway needs 1\.6 or newer/],
  ['no CRI', without('cri'), /has no CRI.*Docker's own is like that.*disabled_plugins/],
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
