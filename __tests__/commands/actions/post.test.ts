import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { toKubeconfig } from '../../../src/commands/cleanup.ts'
import { startOf } from '../../../src/host/running.ts'

/** Post ends processes of kind that bear it. */
const runId = randomBytes(8).toString('hex')
const labels = {
  'io.x-k8s.kind.cluster': 'e2e',
  'io.x-k8s.kind.role': 'control-plane',
  'dev.slipway.cluster': runId,
}
const node = { Id: 'n', Names: ['/e2e-control-plane'], Created: 1, Labels: labels, ImageID: 'i' }

/** A Docker that has one node of ours until it is removed. */
let left: readonly object[] = []
const docker = createServer(({ method, url = '' }, response) => {
  if (method === 'DELETE') left = []
  response.end(JSON.stringify(url.includes('/containers/json') ? left : {}))
})
let folder = ''
beforeEach(async () => {
  left = [node]
  folder = mkdtempSync(join(tmpdir(), 'slipway-post-'))
  // It writes down what it is asked for.
  writeFileSync(join(folder, 'kind'), '#!/bin/sh\necho "$@" >>"$0.log"\n')
  chmodSync(join(folder, 'kind'), 0o755)
  await new Promise<void>((resolve) => docker.listen(join(folder, 'docker.sock'), resolve))
})
afterEach(async () => {
  docker.closeAllConnections()
  await new Promise((resolve) => docker.close(resolve))
  rmSync(folder, { recursive: true })
})

const script = fileURLToPath(new URL('../../../src/post.ts', import.meta.url))

/** @returns what kind was asked for */
const post = async (states: Readonly<Record<string, string>>): Promise<string> => {
  const env = {
    PATH: `${folder}:/usr/bin:/bin`,
    ...{ HOME: folder, RUNNER_TEMP: folder, GITHUB_WORKSPACE: folder },
    DOCKER_HOST: `unix://${folder}/docker.sock`,
    // As a step after main's has set it.
    KUBECONFIG: '/of-another-step',
    ...{ 'STATE_run-id': runId, STATE_cluster: 'made', ...states },
  }
  await once(spawn(process.execPath, [script], { env, stdio: 'ignore' }), 'exit')
  return readFileSync(join(folder, 'kind.log'), 'utf8')
}

test('a cluster leaves the kubeconfig that kind wrote, wherever KUBECONFIG leads by then', async () => {
  expect(await post({ 'STATE_cluster-kubeconfig': '/home/me/.kube/config' })).toBe(
    'delete cluster --name=e2e --kubeconfig=/home/me/.kube/config\n',
  )
  expect(left).toEqual([])
})

test('a state that main cannot have written is none', async () => {
  expect(await post({ 'STATE_cluster-kubeconfig': '../config' })).toBe(
    'delete cluster --name=e2e\n',
  )
  expect(left).toEqual([])
  const none = ['', 'config', '/a/../config', '/a//config', '--verbosity=9', '/a\0']
  expect(none.flatMap((state) => toKubeconfig(state) ?? [])).toEqual([])
  expect(toKubeconfig('/home/me/.kube/config')).toBe('/home/me/.kube/config')
})

test('a main that goes on is ended first: in a container, a cancel does not reach it', async () => {
  const log = join(folder, 'kind.log')
  const script = `process.on('SIGTERM', () => {
    require('node:fs').appendFileSync(${JSON.stringify(log)}, 'main ended\\n')
    process.exit()
  })
  setInterval(() => {}, 1e6)
  console.log('ready')`
  const main = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] })
  const exit = once(main, 'exit')
  await once(main.stdout, 'data')
  try {
    const { pid = 0 } = main
    const asked = await post({ STATE_main: `${pid}-${startOf(pid)}` })
    expect(asked).toBe('main ended\ndelete cluster --name=e2e\n')
    await exit
  } finally {
    main.kill('SIGKILL')
  }
})
