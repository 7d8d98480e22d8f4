import { expect, test } from 'vitest'
import type { MachineNode } from '../../src/cluster/node.ts'
import type { EngineApi } from '../../src/docker/engine-api.ts'
import { parseImageReference } from '../../src/image/reference.ts'
import type { BuilderRequest } from '../../src/inputs/builder-request.ts'
import { readMirrors, toBuildkitConfig, withMirrors } from '../../src/inputs/read-mirrors.ts'
import type { Reader } from '../../src/inputs/reader.ts'
import { mirrorNodes, toHostsFile, toMirrored } from '../../src/pull/mirrors.ts'

const mirrors = [
  { host: 'mirror.example', isPlain: false },
  { host: '127.0.0.1:5000/hub', isPlain: true },
]

test('BuildKit and containerd are told in their own words', () => {
  expect(toBuildkitConfig(mirrors)).toBe(
    [
      '[registry."docker.io"]',
      '  mirrors = ["mirror.example", "127.0.0.1:5000/hub"]',
      '[registry."127.0.0.1:5000"]',
      '  http = true',
      '',
    ].join('\n'),
  )
  expect(toHostsFile(mirrors)).toBe(
    [
      'server = "https://registry-1.docker.io"',
      '[host."https://mirror.example"]',
      '  capabilities = ["pull", "resolve"]',
      '[host."http://127.0.0.1:5000/v2/hub"]',
      '  capabilities = ["pull", "resolve"]',
      '  override_path = true',
    ].join('\n'),
  )
})

const read = (...given: readonly string[]) =>
  readMirrors({ list: () => given } as unknown as Reader)

test('a mirror that is written in two ways is one', () => {
  expect(read('mirror.example', 'https://mirror.example/', 'HTTPS://Mirror.example')).toHaveLength(
    1,
  )
  expect(read('127.0.0.1:5000', 'http://127.0.0.1:5000')).toHaveLength(1)
  expect(read('mirror.example', 'http://mirror.example', 'mirror.example/hub')).toHaveLength(3)
})

test('two mirrors at one host have a table of their own only where they need one', () => {
  const two = read('http://harbor.example:8080/hub', 'http://harbor.example:8080/hub2')
  const tablesOf = (text: string) => text.split('\n').filter((line) => line.startsWith('['))
  expect(tablesOf(toBuildkitConfig(two))).toEqual([
    '[registry."docker.io"]',
    '[registry."harbor.example:8080"]',
  ])
  expect(toBuildkitConfig(two)).toContain('"harbor.example:8080/hub", "harbor.example:8080/hub2"')
  expect(tablesOf(toHostsFile(two))).toEqual([
    '[host."http://harbor.example:8080/v2/hub"]',
    '[host."http://harbor.example:8080/v2/hub2"]',
  ])
})

test('a builder with a configuration of its own, and one that is there already, keep it', () => {
  const request = { driver: 'docker-container', config: undefined } as BuilderRequest
  expect(withMirrors(request, mirrors)?.config?.kind).toBe('inline')
  expect(withMirrors(request, [])?.config).toBeUndefined()
  const own = { ...request, config: { kind: 'file', path: 'a' } } as const
  expect(withMirrors(own, mirrors)).toBe(own)
  const remote = { ...request, driver: 'remote' } as const
  expect(withMirrors(remote, mirrors)).toBe(remote)
})

test.each([
  ['postgres:16', 'mirror.example/library/postgres:16'],
  ['acme/web', 'mirror.example/acme/web:latest'],
  ['ghcr.io/acme/web:1', undefined],
  [`postgres@sha256:${'a'.repeat(64)}`, undefined],
])('%s is %s there', (name, expected) => {
  const reference = parseImageReference(name)
  if (typeof reference === 'string') throw new Error(reference)
  expect(toMirrored(reference, mirrors[0] ?? { host: '', isPlain: false })).toBe(expected)
})

test('a machine that is a node is not configured, and that is said', async () => {
  const machine: MachineNode = {
    ...{ name: 'runner', role: 'machine', userland: 'gnu', provider: 'containerd' },
    ...{ address: '/run/c.sock', version: '2.1.9', startedBy: ['false'], env: {} },
    containerd: { namespace: 'k8s.io', root: '/c', snapshotter: 'overlayfs' },
  }
  const mirrors = [{ host: 'mirror.example', isPlain: false }]
  expect(await mirrorNodes({} as EngineApi, [machine], mirrors)).toEqual([
    'registry-mirrors: runner keeps its own: Slipway does not configure a machine',
  ])
})
