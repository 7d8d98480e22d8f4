import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { boot, createBuilder, toCreateArgs } from '../../src/build/own-builder.ts'
import type { Docker } from '../../src/docker/docker.ts'
import { Secret } from '../../src/secret.ts'

const request = {
  driver: 'docker-container',
  options: [],
  endpoint: undefined,
  flags: undefined,
  config: undefined,
  platforms: [],
  certificates: [],
  appended: [],
  keepsState: 'no',
} as const
const entitlements =
  '--allow-insecure-entitlement security.insecure --allow-insecure-entitlement network.host'

test('a builder in a container, with the flags that setup-buildx-action gives it', () => {
  expect(toCreateArgs(request, 'slipway-1', undefined)).toEqual([
    ...['buildx', 'create', '--name=slipway-1', '--driver=docker-container'],
    `--buildkitd-flags=${entitlements}`,
  ])
})

test('all that can be said of it; what could be an option is the value of one', () => {
  const given = {
    ...request,
    options: ['image=a/b:1', '--planted'],
    endpoint: '--planted',
    flags: '--debug',
    config: { kind: 'file', path: 'my,config.toml' },
  } as const
  expect(toCreateArgs(given, 'slipway-1', undefined)).toEqual([
    ...['buildx', 'create', '--name=slipway-1', '--driver=docker-container'],
    ...['--driver-opt=image=a/b:1', '--driver-opt=--planted', '--buildkitd-flags=--debug'],
    ...['--buildkitd-config=my,config.toml', '--', '--planted'],
  ])
})

test('a configuration as text is a file of the run', () => {
  const config = { kind: 'inline', text: 'debug = true' } as const
  expect(toCreateArgs({ ...request, config }, 'slipway-1', '/temp/b.toml')).toContain(
    '--buildkitd-config=/temp/b.toml',
  )
})

test('a remote builder has flags of its own', () => {
  const remote = { ...request, driver: 'remote', endpoint: 'tcp://host:1' } as const
  expect(toCreateArgs(remote, 'slipway-1', undefined)).toEqual([
    ...['buildx', 'create', '--name=slipway-1', '--driver=remote', '--', 'tcp://host:1'],
  ])
})

test('further nodes, by names of ours, with what the first one has and they do not say', () => {
  const node = { ...request, endpoint: 'ssh://arm', platforms: ['linux/arm64'] }
  const given = { ...request, platforms: ['linux/amd64', 'linux/386'], appended: [node] }
  expect(toCreateArgs(given, 'slipway-1', undefined)).toContain('--platform=linux/amd64,linux/386')
  expect(toCreateArgs(given, 'slipway-1', undefined, 1)).toEqual([
    ...['buildx', 'create', '--name=slipway-1', '--driver=docker-container'],
    ...['--append', '--node=slipway-11', '--platform=linux/arm64'],
    ...[`--buildkitd-flags=${entitlements}`, '--', 'ssh://arm'],
  ])
})

test('further nodes have the flags of the first one, unless they say others', () => {
  const other = { ...request, flags: '--oci-worker-gc=false' }
  const given = { ...request, flags: '--debug', appended: [request, other] }
  expect(toCreateArgs(given, 'slipway-1', undefined, 1)).toContain('--buildkitd-flags=--debug')
  expect(toCreateArgs(given, 'slipway-1', undefined, 2)).toContain(
    '--buildkitd-flags=--oci-worker-gc=false',
  )
})

test('what the variables of the step hold is in files of the run, for its owner alone', async () => {
  const tempDir = mkdtempSync(join(tmpdir(), 'own, builder-'))
  onTestFinished(() => rmSync(tempDir, { recursive: true }))
  const asked: (readonly string[])[] = []
  const run = async (args: readonly string[]) => {
    asked.push(args)
    return { code: 0 }
  }
  const node = { ...request, certificates: [['key', new Secret('a key')]] } as const
  const given = { ...request, driver: 'remote', appended: [node] } as const
  const place = { runId: '1', tempDir, workspace: '/' }
  const docker = { try: run } as unknown as Docker
  const own = await createBuilder(docker, docker, given, place)
  await own.booted
  expect(own.name).toBe('slipway-1')
  const file = join(tempDir, 'node-1-key.pem')
  const made = asked.filter(([, word]) => word === 'create')
  expect(made.map((args) => args.filter((arg) => arg.includes('.pem')))).toEqual([
    [],
    [`--driver-opt="key=${file}"`],
  ])
  expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['a key', 0o600])
})

const unavailable =
  'ERROR: Error response from daemon: Head "https://registry-1.docker.io/v2/moby/buildkit/manifests/buildx-stable-1": received unexpected HTTP status: 503 Service Unavailable'

test.each([
  ['for a moment', [unavailable, unavailable], [0, 0], 3, undefined],
  ['for longer', [unavailable, unavailable], [0], 2, /does not start: .*503 Service Unavailable/],
  ['for good', ['ERROR: invalid driver option', ''], [0, 0], 1, /invalid driver option/],
])("a registry that does not give BuildKit's image %s", async (_, said, pausesMs, tries, error) => {
  let tried = 0
  const run = async () => {
    const stderr = said[tried]
    tried += 1
    return { code: stderr ? 1 : 0, stdout: '', stderr: stderr ?? '', timedOut: false }
  }
  const docker = { try: run } as unknown as Docker
  const { signal } = new AbortController()
  const booted = boot(docker, 'docker-container', 'slipway-1', signal, pausesMs)
  await (error === undefined ? booted : expect(booted).rejects.toThrow(error))
  expect(tried).toBe(tries)
})

test('a builder that is removed boots no more', async () => {
  const asked: (string | undefined)[] = []
  const run = async ([, word]: readonly string[]) => {
    asked.push(word)
    return { code: word === 'inspect' ? 1 : 0, stdout: '', stderr: unavailable, timedOut: false }
  }
  const docker = { try: run } as unknown as Docker
  const place = { runId: '1', tempDir: '/nowhere', workspace: '/' }
  const own = await createBuilder(docker, docker, request, place)
  await own.remove()
  await expect(own.booted).rejects.toThrow()
  expect(asked).toEqual(['create', 'inspect', 'rm'])
})
