import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { takeExisting } from '../../../src/cluster/providers/existing-kind.ts'
import { findMaker, listClaimed, listMadeBy } from '../../../src/cluster/providers/kind-owned.ts'
import { createDocker } from '../../../src/docker/docker.ts'
import type { EngineApi } from '../../../src/docker/engine-api.ts'
import { renderError } from '../../../src/failure.ts'

const run = '0123456789abcdef'
const labels = {
  'io.x-k8s.kind.cluster': 'e2e',
  'io.x-k8s.kind.role': 'control-plane',
  'dev.slipway.cluster': run,
  'dev.slipway.cluster-maker': findMaker(),
}

type Labels = Readonly<Record<string, string>>

const container = (name: string, own: Labels, created: number, image: string) => ({
  Id: name.padEnd(64, '0'),
  Names: [`/${name}`],
  State: 'running',
  Created: created,
  Labels: own,
  ImageID: image,
})

/** As much of a daemon as is asked: it lists, knows images, and no control plane has the mark. */
const daemonWith = (...containers: readonly ReturnType<typeof container>[]) => {
  const removed: string[] = []
  const get = async <T>(path: string): Promise<T | undefined> => {
    const [, filters = ''] = /^\/containers\/json\?all=true&filters=(.*)$/.exec(path) ?? []
    if (filters !== '') {
      const { label } = JSON.parse(decodeURIComponent(filters)) as { readonly label: string[] }
      const bears = (own: Labels, word: string): boolean => {
        const [name = '', value] = word.split('=')
        return value === undefined ? own[name] !== undefined : own[name] === value
      }
      const found = containers.filter(({ Labels }) => label.every((word) => bears(Labels, word)))
      return found as T
    }
    const image = decodeURIComponent(/^\/images\/([^/]+)\/json$/.exec(path)?.[1] ?? '')
    if (image === 'gone') return undefined
    return { Config: { Labels: image === 'hostile' ? labels : null } } as T
  }
  const remove = async (path: string): Promise<void> => void removed.push(path)
  const download = async (): Promise<undefined> => undefined
  const refuse = () => Promise.reject(new Error('nobody asks for that'))
  const api: EngineApi = { get, remove, download, post: refuse, attach: refuse }
  return { api, removed }
}

const nowS = Math.round(Date.now() / 1_000)
const { 'dev.slipway.cluster': _, 'dev.slipway.cluster-maker': __, ...foreign } = labels

test('ours is what its own labels say, and not what its image gives it', async () => {
  const { api } = daemonWith(
    container('ours', labels, nowS, 'node'),
    container('inherits', labels, nowS, 'hostile'),
    container('of-an-image-that-is-gone', labels, nowS, 'gone'),
    container('foreign', foreign, nowS, 'node'),
  )
  const owned = await listMadeBy(api.get, run)
  expect(owned.map(({ name }) => name)).toEqual(['ours'])
  const claimed = await listClaimed(api.get, 'e2e')
  expect(claimed.flatMap(({ name, made }) => (made === undefined ? [] : [name]))).toEqual(['ours'])
  expect(claimed).toHaveLength(4)
  expect(await listMadeBy(api.get, 'fedcba9876543210')).toEqual([])
  expect(await listClaimed(api.get, 'other')).toEqual([])
})

const nothing = {
  ...{ config: undefined, nodeImage: undefined, wait: undefined, kubeconfig: undefined },
  keeps: false,
}

const take = async (...containers: readonly ReturnType<typeof container>[]) => {
  const { api, removed } = daemonWith(...containers)
  // Without kind: what is ours goes all the same.
  const docker = createDocker({ PATH: '/nonexistent' })
  const place = { docker, runId: run, tempDir: '/nonexistent', workspace: '/' }
  const lines: string[] = []
  const line = (text: string): void => void lines.push(text)
  const taken = takeExisting({ place, api, cluster: 'e2e', request: nothing, line })
  const isThere = await taken.catch((error: Error) => error.message)
  return { isThere, removed, lines }
}

test('no cluster of the name', async () => {
  expect(await take()).toEqual({ isThere: false, removed: [], lines: [] })
})

test('what a dead step of this place left goes at once, with its volumes', async () => {
  const { isThere, removed, lines } = await take(container('ours', labels, nowS, 'node'))
  expect(isThere).toBe(false)
  expect(removed).toEqual([`/containers/${'ours'.padEnd(64, '0')}?force=true&v=true`])
  expect(lines).toEqual(['Removing the half-made cluster e2e that a killed step left.'])
})

test('what another place may be making is left for an hour', async () => {
  const elsewhere = { ...labels, 'dev.slipway.cluster-maker': 'another' }
  const young = await take(container('ours', elsewhere, nowS - 3_500, 'node'))
  expect(young).toMatchObject({ removed: [], isThere: expect.stringContaining('another runner') })
  const old = await take(container('ours', elsewhere, nowS - 3_700, 'node'))
  expect(old).toMatchObject({ isThere: false, removed: [expect.anything()] })
})

test('where one node is not ours, none goes', async () => {
  const mixed = await take(
    container('ours', labels, nowS, 'node'),
    container('theirs', foreign, nowS, 'node'),
  )
  expect(mixed).toMatchObject({ removed: [], isThere: expect.stringContaining('not all') })
})

const inspected = {
  ...{ Id: 'theirs', Name: '/theirs', Image: 'node', Mounts: [], State: { Pid: 1 } },
  HostConfig: { Privileged: true },
}

/** A whole cluster of somebody else's, whose kubeconfig a kind that ends so is to export. */
const takeWith = async (said: string): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-existing-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'kind'), `#!/bin/sh\necho 'ERROR: ${said}' >&2\nexit 1\n`)
  chmodSync(join(folder, 'kind'), 0o755)
  const { api } = daemonWith(container('theirs', foreign, nowS, 'node'))
  const get = async <T>(path: string): Promise<T | undefined> =>
    path.endsWith('/json') && path.startsWith('/containers/')
      ? ({ ...inspected, Config: { Labels: foreign } } as T)
      : api.get<T>(path)
  const docker = createDocker({ PATH: `${folder}:/usr/bin:/bin`, HOME: '/home/me' })
  const place = { docker, runId: run, tempDir: folder, workspace: folder }
  const options = { place, api: { ...api, get }, cluster: 'e2e', request: nothing }
  return takeExisting({ ...options, line: () => {} }).then(String, renderError)
}

test('a kubeconfig that cannot be written is no half-made cluster', async () => {
  const lock = 'failed to lock config file: open /home/me/.kube/config.lock: file exists'
  const file = '/home/me/.kube/config'
  expect(await takeWith(lock)).toBe(
    `kind could not write the kubeconfig ${file} of the cluster e2e: exit code 1: ERROR: ${lock}. Give kubeconfig a file that can be written. If ${file}.lock is there and no kind runs, remove it.`,
  )
})

test.each([
  'could not locate any control plane nodes for cluster named e2e',
  'failed to get cluster internal kubeconfig: command "docker exec theirs cat /etc/kubernetes/admin.conf" failed',
])('a cluster is half made where kind says: %s', async (said) => {
  expect(await takeWith(said)).toMatch(
    /^There is a half-made cluster e2e, and Slipway did not make it: .* remove it with `kind delete/,
  )
})
