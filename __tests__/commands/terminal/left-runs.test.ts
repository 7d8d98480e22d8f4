import { spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { runIdState } from '../../../src/commands/cleanup.ts'
import { beginRun, clean } from '../../../src/commands/terminal/left-runs.ts'
import type { Log } from '../../../src/host/log.ts'
import { runLabel, toBuilderName } from '../../../src/ownership.ts'

const nothing = () => {}
const log = { line: nothing, warning: nothing } as unknown as Log
const runId = '0123456789abcdef'

/** A Docker that has nothing. */
const docker = createServer((_, response) => response.end('[]'))
let [tempDir, socket] = ['', '']
beforeEach(async () => {
  tempDir = mkdtempSync(join(tmpdir(), 'slipway-left-'))
  socket = `${mkdtempSync(join(tmpdir(), 'slipway-docker-'))}/docker.sock`
  writeFileSync(join(dirname(socket), 'docker'), '#!/bin/sh\n', { mode: 0o755 })
  await new Promise<void>((resolve) => docker.listen(socket, resolve))
})
afterEach(async () => {
  vi.restoreAllMocks()
  docker.closeAllConnections()
  await new Promise((resolve) => docker.close(resolve))
  for (const folder of [tempDir, dirname(socket)]) rmSync(folder, { recursive: true })
})

const place = (host = socket) => ({
  tempDir,
  childEnv: { PATH: `${dirname(socket)}:/usr/bin:/bin`, DOCKER_HOST: `unix://${host}` },
})
const none = { cleaned: 0, left: 0 }
const one = { cleaned: 1, left: 0 }
const note = (id: string, text: string): void => {
  const folder = join(tempDir, `slipway-${id}-terminal`)
  mkdirSync(folder, { mode: 0o700 })
  writeFileSync(join(folder, 'run'), text)
}

/** A process that is over, so that its number is nobody's or another's. */
const deadPid = (): number => spawnSync('true').pid

test('a run says that it is there, and no more when it is over', async () => {
  const run = await beginRun(place(), log)
  expect(readdirSync(tempDir)).toEqual([])
  run.announce(runIdState, runId)
  run.announce('builder', 'made')
  expect(readdirSync(tempDir)).toEqual([`slipway-${runId}-terminal`])
  // Another run takes nothing from this one.
  expect(await clean(place(), log)).toEqual(none)
  expect(readdirSync(tempDir)).toEqual([`slipway-${runId}-terminal`])
  await run.end(false)
  expect(readdirSync(tempDir)).toEqual([])
})

test('a note that cannot be written ends no run that has something to remove, and begins none', async () => {
  const warnings: string[] = []
  const run = await beginRun(place(), { ...log, warning: (text) => warnings.push(text) })
  run.announce(runIdState, runId)
  // A file that is no file: as on a full disk, there is no other one.
  rmSync(join(tempDir, `slipway-${runId}-terminal`), { recursive: true })
  writeFileSync(join(tempDir, `slipway-${runId}-terminal`), '')
  expect(() => run.announce('builder', 'made')).toThrow()
  run.saveState('builder', 'removed')
  run.saveState('token', 'ended')
  expect(warnings).toEqual([expect.stringMatching(/^The state builder could not be written: /)])
})

test("a killed run's folders go with the next run; nobody else's do", async () => {
  mkdirSync(join(tempDir, `slipway-${runId}`))
  mkdirSync(join(tempDir, 'slipway-fedcba9876543210'))
  note(runId, JSON.stringify({ pid: deadPid(), start: '1', states: {} }))
  await beginRun(place(), log)
  expect(readdirSync(tempDir)).toEqual(['slipway-fedcba9876543210'])
})

test('the note of a killed run stays until Docker has said what it left', async () => {
  mkdirSync(join(tempDir, `slipway-${runId}`))
  note(runId, JSON.stringify({ pid: deadPid(), start: '1', states: { builder: 'made' } }))
  expect(await clean(place('/nowhere/docker.sock'), log)).toEqual({ cleaned: 0, left: 1 })
  expect(readdirSync(tempDir)).toEqual([`slipway-${runId}-terminal`])
  expect(await clean(place(), log)).toEqual(one)
  expect(readdirSync(tempDir)).toEqual([])
})

/** A cluster that has a builder of the run, in a kubectl's words; it answers, refuses to delete, or answers nothing. */
const kubectl = (mode: 'answers' | 'refuses' | 'hides'): void => {
  const bin = dirname(socket)
  const labels = JSON.stringify({ [runLabel]: runId })
  const name = `${toBuilderName(runId)}0`
  const list = `{"items":[{"metadata":{"name":"${name}","creationTimestamp":"2026-11-30T00:00:00Z","labels":${labels}}}]}`
  const script = `#!/bin/sh
[ ${mode} = hides ] && { echo 'Unable to connect to the server' >&2; exit 1; }
case "$1 $3" in
  "get "*deployments*) echo '${list}' ;;
  "get "*) echo '{"items":[]}' ;;
  "delete "*) [ ${mode} = refuses ] && { echo 'Error from server (Forbidden): no' >&2; exit 1; }; : >"${bin}/gone" ;;
esac
`
  writeFileSync(join(bin, 'kubectl'), script, { mode: 0o755 })
}

test.each([
  ['answers', true, []],
  ['refuses', false, [/could not remove its builder's deployments\/.*Forbidden/]],
  ['hides', false, [/could not ask the cluster whether its builder is gone/]],
] as const)(
  'a builder in a cluster that %s it is looked for once, and told of',
  async (mode, isGone, told) => {
    note(runId, JSON.stringify({ pid: deadPid(), start: '1', states: { builder: 'made' } }))
    const folder = join(tempDir, `slipway-${runId}`)
    mkdirSync(folder, { mode: 0o700 })
    const way = { files: [join(tempDir, 'config')], context: 'a', namespace: 'builders' }
    writeFileSync(join(folder, 'kubernetes.json'), JSON.stringify(way))
    kubectl(mode)
    const warnings: string[] = []
    await clean(place(), { ...log, warning: (text) => warnings.push(text) })
    expect(warnings).toEqual(told.map((text) => expect.stringMatching(text)))
    expect(existsSync(join(dirname(socket), 'gone'))).toBe(isGone)
    // Also a copy of a kubeconfig that may be in it.
    expect(readdirSync(tempDir)).toEqual([])
  },
)

test('a killed run that made no builder is not asked about for ever', async () => {
  note(runId, JSON.stringify({ pid: deadPid(), start: '1', states: { 'run-id': runId } }))
  expect(await clean(place('/nowhere/docker.sock'), log)).toEqual(one)
  expect(readdirSync(tempDir)).toEqual([])
})

test('a run that failed without Docker leaves a note only of a builder', async () => {
  for (const builder of ['', `slipway-kept-${runId}-0`]) {
    const run = await beginRun(place('/nowhere/docker.sock'), log)
    run.announce(runIdState, runId)
    run.announce('builder', builder)
    await run.end(true)
    expect(readdirSync(tempDir)).toEqual(builder === '' ? [] : [`slipway-${runId}-terminal`])
  }
})

test('a number that came back is another process', async () => {
  const child = spawn('sleep', ['60'])
  try {
    note(runId, JSON.stringify({ pid: child.pid, start: '1', states: {} }))
    expect(await clean(place(), log)).toEqual(one)
  } finally {
    child.kill()
  }
})

test('a folder without a note is left until it is old', async () => {
  const folder = join(tempDir, `slipway-${runId}-terminal`)
  mkdirSync(folder)
  expect(await clean(place(), log)).toEqual(none)
  utimesSync(folder, 1, 1)
  expect(await clean(place(), log)).toEqual(one)
  expect(existsSync(folder)).toBe(false)
})

test('a folder that another process removes meanwhile is nothing to clean', async () => {
  const folder = join(tempDir, `slipway-${runId}-terminal`)
  mkdirSync(folder)
  // Asked right before the folder's age.
  vi.spyOn(Date, 'now').mockImplementation(() => {
    rmSync(folder, { recursive: true, force: true })
    return 0
  })
  expect(await clean(place(), log)).toEqual(none)
  expect(existsSync(folder)).toBe(false)
})

test.each(['{', '{"pid":"1"}', '{"pid":-1}', 'null'])(
  'a note of %j ends no process',
  async (text) => {
    note(runId, text)
    expect(await clean(place(), log)).toEqual(none)
  },
)
