import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { findKubeconfig, toCreateCommand } from '../../../src/cluster/providers/run-kind.ts'
import { createDocker } from '../../../src/docker/docker.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-kind-'))
afterAll(() => rmSync(folder, { recursive: true }))

const nothing = {
  ...{ config: undefined, nodeImage: undefined, wait: undefined, kubeconfig: undefined },
  keeps: false,
}

const place = (env: Readonly<Record<string, string>>) => ({
  docker: createDocker(env),
  runId: '0123456789abcdef',
  tempDir: folder,
  workspace: '/workspace',
})

test('the inputs become flags, each one word, and a configuration a copy', () => {
  const config = { kind: 'inline', text: 'kind: Cluster\n' } as const
  const request = { ...nothing, config, nodeImage: 'n:1', wait: '60s', kubeconfig: '/k e' }
  const command = toCreateCommand(place({ PATH: '/usr/bin' }), 'e2e', request)
  expect(command).toMatchObject({ file: 'kind', cwd: '/workspace' })
  expect(command.args).toEqual([
    ...['create', 'cluster', '--name=e2e', '--retain', `--config=${folder}/kind-config.yaml`],
    ...['--image=n:1', '--wait=60s', '--kubeconfig=/k e'],
  ])
  expect(readFileSync(`${folder}/kind-config.yaml`, 'utf8')).toBe('kind: Cluster\n')
})

test('a configuration that is no file, or far too large, is refused', () => {
  const config = { kind: 'file', path: '/dev/zero' } as const
  expect(() => toCreateCommand(place({}), 'e2e', { ...nothing, config })).toThrow(
    'Could not read kind-config /dev/zero',
  )
})

test('docker gets labels for what kind starts, and all other commands as they are', () => {
  const real = join(folder, 'real')
  mkdirSync(real)
  writeFileSync(join(real, 'docker'), '#!/bin/sh\nprintf "<%s>" "$@"\n')
  chmodSync(join(real, 'docker'), 0o755)
  const { env } = toCreateCommand(place({ PATH: `${real}:/usr/bin:/bin` }), 'e2e', nothing)
  const asKind = (...args: readonly string[]): string =>
    execFileSync('sh', ['-c', 'exec docker "$@"', 'sh', ...args], { env, encoding: 'utf8' })
  expect(asKind('run', '--name', 'a b', '*')).toMatch(
    /^<run><--label><dev\.slipway\.cluster=0123456789abcdef><--label><dev\.slipway\.cluster-maker=[0-9a-f]{16}><--name><a b><\*>$/,
  )
  expect(asKind('ps', '--filter', 'run')).toBe('<ps><--filter><run>')
})

test('only Docker makes nodes that we find', () => {
  const { env } = toCreateCommand(place({ KIND_EXPERIMENTAL_PROVIDER: 'podman' }), 'e', nothing)
  expect(env['KIND_EXPERIMENTAL_PROVIDER']).toBe('docker')
})

test('the kubeconfig is where kind writes it', () => {
  const there = join(folder, 'there')
  writeFileSync(there, '')
  const of = (env: Readonly<Record<string, string>>, kubeconfig?: string) =>
    findKubeconfig({ ...nothing, kubeconfig }, env)
  expect(of({ KUBECONFIG: '/a' }, '/given')).toBe('/given')
  expect(of({ KUBECONFIG: `/nowhere:${there}:/b` })).toBe(there)
  expect(of({ KUBECONFIG: '/nowhere:/elsewhere' })).toBe('/elsewhere')
  expect(of({ HOME: '/home/me' })).toBe('/home/me/.kube/config')
})
