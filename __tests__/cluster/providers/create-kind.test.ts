import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type CreateOptions, createCluster } from '../../../src/cluster/providers/create-kind.ts'
import { createDocker } from '../../../src/docker/docker.ts'
import type { EngineApi } from '../../../src/docker/engine-api.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-create-'))
afterAll(() => rmSync(folder, { recursive: true }))
writeFileSync(join(folder, 'kind'), '#!/bin/sh\n')
chmodSync(join(folder, 'kind'), 0o755)

const create = (told: string[], more: Partial<CreateOptions> = {}) => {
  const docker = createDocker({ PATH: `${folder}:/usr/bin:/bin`, HOME: '/home/me' })
  const nothing = () => {}
  return createCluster({
    place: { docker, runId: '0123456789abcdef', tempDir: folder, workspace: folder },
    api: { get: async () => [] } as unknown as EngineApi,
    cluster: `create-kind-test-${process.pid}`,
    request: {
      ...{ config: undefined, nodeImage: undefined, wait: undefined, kubeconfig: undefined },
      keeps: false,
    },
    logsFolder: join(folder, 'logs'),
    log: { line: nothing, warning: nothing, group: nothing, fenced: (body) => body(nothing) },
    signal: new AbortController().signal,
    saveState: (state) => told.push(state),
    announceKubeconfig: (path) => told.push(path),
    ...more,
  })
}

test('before kind begins, post hears which kubeconfig it is to write', async () => {
  const told: string[] = []
  const { kubeconfig, ended } = await create(told)
  expect(await ended).toBe(true)
  expect(kubeconfig).toBe('/home/me/.kube/config')
  expect(told).toEqual(['/home/me/.kube/config', 'making', 'made'])
})

test('where post would not hear of it, no cluster is made', async () => {
  const told: string[] = []
  const announceKubeconfig = () => {
    throw new Error('ENOSPC')
  }
  await expect(create(told, { announceKubeconfig })).rejects.toThrow('ENOSPC')
  expect(told).toEqual([])
})
