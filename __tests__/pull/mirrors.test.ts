import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EngineApi } from '../../src/docker/engine-api.ts'
import { mirrorNodes, toHostsFile } from '../../src/pull/mirrors.ts'
import { nodeNamed } from '../support/found.ts'

const mirrors = [{ host: 'mirror.example', isPlain: false }]

describe("a node's file for Docker Hub", () => {
  let place: string
  let file: string
  beforeEach(async () => {
    place = await mkdtemp(join(tmpdir(), 'slipway-mirrors-'))
    file = join(place, 'certs.d/docker.io/hosts.toml')
    await mkdir(join(file, '..'), { recursive: true })
    const dump = '#!/bin/bash\necho "config_path = \'/etc/containerd/certs.d\'"\n'
    await writeFile(join(place, 'containerd'), dump, { mode: 0o755 })
  })
  afterEach(() => rm(place, { recursive: true }))

  const tell = async (): Promise<string> => {
    const url = new URL('../../src/pull/in-node/mirrors.sh', import.meta.url)
    const script = (await readFile(url, 'utf8')).replace('/etc/containerd', place)
    const env = { ...process.env, PATH: `${place}:${process.env['PATH']}` }
    const args = ['-c', script, 'mirrors', toHostsFile(mirrors)]
    return (await promisify(execFile)('bash', args, { env })).stdout.trim()
  }

  test("that minikube's image has names no mirror, and becomes ours", async () => {
    await writeFile(file, 'server = "https://registry-1.docker.io"')
    expect(await tell()).toBe('written')
    expect(await readFile(file, 'utf8')).toContain('[host."https://mirror.example"]')
    expect(await tell()).toBe('same')
  })

  test.each([
    'server = "https://registry-1.docker.io"\n[host."https://mine.example"]\n',
    'server = "https://mine.example"\n',
    '',
  ])('that somebody else has written stays: %j', async (text) => {
    await writeFile(file, text)
    expect(await tell()).toBe('theirs')
    expect(await readFile(file, 'utf8')).toBe(text)
  })
})

test('K3s has files of its own, and is asked nothing', async () => {
  const node = { ...nodeNamed('k3d-dev-server-0'), provider: 'k3d', userland: 'busybox' } as const
  expect(await mirrorNodes({} as EngineApi, [node], mirrors)).toEqual([
    'registry-mirrors: k3d-dev-server-0 keeps its own: Slipway does not configure K3s (`k3d cluster create --registry-config` does)',
  ])
})
