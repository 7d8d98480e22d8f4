import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { withBuilder } from '../../src/commands/with-builder.ts'
import type { EngineApi } from '../../src/docker/engine-api.ts'
import type { Log } from '../../src/host/log.ts'
import { read } from '../support/read.ts'

const kubeconfig = `apiVersion: v1
kind: Config
clusters: [{ name: builders, cluster: { server: 'https://127.0.0.1:1' } }]
contexts: [{ name: builders, context: { cluster: builders, user: ci } }]
current-context: builders
users: [{ name: ci, user: { token: abc } }]
`

test('buildx alone gets the kubeconfig that leads to a builder in a cluster', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-with-builder-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const program = `#!/bin/sh\necho "$KUBECONFIG" >>${folder}/asked\necho github.com/docker/buildx v0.36.0\n`
  writeFileSync(join(bin, 'docker'), program)
  chmodSync(join(bin, 'docker'), 0o755)
  const given = join(folder, 'given')
  writeFileSync(given, kubeconfig)
  const env = { PATH: bin, KUBECONFIG: given }
  const place = { env, repository: undefined, runId: '0123456789abcdef' }
  const warnings: string[] = []
  const warning = (text: string): void => void warnings.push(text)
  const log = { line: () => {}, warning } as unknown as Log
  const { signal } = new AbortController()
  const envs = await withBuilder(
    read({ context: '.', tags: 'a:1', driver: 'kubernetes', 'create-cluster': 'true' }),
    {} as EngineApi,
    { ...place, tempDir: folder, workspace: folder },
    { log, signal, announce: () => {}, saveState: () => {} },
    async ({ env: ownEnv, stepEnv }, booted) => {
      await booted
      return { ownEnv, stepEnv }
    },
  )
  const own = join(folder, 'kubeconfig')
  expect(envs).toEqual({
    ownEnv: { ...env, KUBECONFIG: own, BUILDX_BUILDER: 'slipway-0123456789abcdef' },
    stepEnv: env,
  })
  expect(readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n').slice(-2)).toEqual([
    own,
    own,
  ])
  // Without kubectl buildx alone removes the builder, and has.
  expect(warnings).toEqual([])
})
