import { expect, test } from 'vitest'
import { toCreateArgs } from '../../src/build/own-builder.ts'

const request = {
  driver: 'docker-container',
  options: [],
  endpoint: undefined,
  flags: undefined,
  config: undefined,
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
