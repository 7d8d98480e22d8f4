import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDocker } from '../../src/docker/docker.ts'
import { withEngineApi } from '../../src/docker/engine-api.ts'
import { renderError } from '../../src/failure.ts'
import { findLocalSource } from '../../src/files/sources/local.ts'
import { syncFiles } from '../../src/files/sync-files.ts'
import type { FilesSource } from '../../src/files/wanted.ts'
import { nodeNamed } from '../support/found.ts'

let root: string
let daemon: Server

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'slipway "sync" '))
  writeFileSync(join(root, 'model.bin'), 'x')
})
afterEach(() => {
  daemon.closeAllConnections()
  daemon.close()
  rmSync(root, { recursive: true })
})

/** A daemon that has the store, and makes no container. */
const startDaemon = async (refusal: string): Promise<string> => {
  const volume = { Mountpoint: '/v/slipway-files/_data', Labels: { 'dev.slipway.files': 'true' } }
  daemon = createServer((request, response) => {
    if (request.url?.startsWith('/volumes/')) return void response.end(JSON.stringify(volume))
    response.statusCode = 400
    response.end(`${JSON.stringify({ message: refusal })}\n`)
  })
  const path = join(root, 'docker.sock')
  await new Promise<void>((resolve) => daemon.listen(path, resolve))
  return `unix://${path}`
}

const sync = async (found: FilesSource, refusal: string): Promise<string> => {
  const docker = createDocker({ DOCKER_HOST: await startDaemon(refusal) })
  const target = '/var/local/models'
  const origin = { kind: 'local', path: root } as const
  const files = { given: `models:${target}`, origin, target, isWritable: false }
  const order = {
    wanted: [{ files, found, into: [nodeNamed('kind-worker')] }],
    removals: [],
    verifies: false,
    runId: 'a'.repeat(16),
    folder: `${root}/fetched`,
    workers: 1,
    keptBytes: 1,
    keeping: { restore: async () => {}, keepsArchives: false },
    line: () => {},
    signal: new AbortController().signal,
  }
  return withEngineApi(docker, (api) => syncFiles(api, order)).then(() => 'done', renderError)
}

const local = (): FilesSource => ({ kind: 'local', source: findLocalSource(root, 'models') })

const remote: FilesSource = {
  kind: 'remote',
  source: { key: 'k', sizeBytes: 1, tree: undefined, fetch: () => Promise.reject(new Error()) },
}

/** In Docker's words. */
const lacking = (path: string): string =>
  `invalid mount config for type "bind": bind source path does not exist: ${path}`

test.each<[string, () => FilesSource, () => string]>([
  ['of the machine', local, () => root],
  ['for what comes from elsewhere', () => remote, () => `${root}/fetched`],
])('a folder %s that the daemon lacks is told as that', async (_, find, folderOf) => {
  expect(await sync(find(), lacking(folderOf()))).toBe(
    `node-files: the Docker daemon does not see ${folderOf()} as this step does. Files are copied by a container of that daemon: mount the folder into it at the same path, or run the step where the daemon is.`,
  )
})

test.each(['No such image: kind', lacking('/v')])(
  'another refusal stays as Docker gave it: %s',
  async (refusal) => {
    expect(await sync(local(), refusal)).toContain(
      `Docker answered 400 to /containers/create: ${JSON.stringify({ message: refusal })}`,
    )
  },
)
