import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type StartedShape, startShape } from '../support/cluster-shapes.ts'
import { eventually } from '../support/eventually.ts'
import { loadInto, nodesOf, waysOf } from '../support/loading.ts'
import { startMachineContainerd } from '../support/machine-containerd.ts'
import { asOrdinaryUser } from '../support/ordinary-user.ts'
import { buildSingleFile } from '../support/shaped-images.ts'
import { runSlipway } from '../support/slipway.ts'
import { docker, uniqueName } from '../support/testbed.ts'

const tag = `${uniqueName('machine')}:1`
let machine: StartedShape
let address: string
let scratch: string

beforeAll(async () => {
  machine = await startShape('containerd')
  address = machine.inputs['containerd-address'] ?? ''
  scratch = await mkdtemp(join(tmpdir(), 'machine-'))
  await buildSingleFile(tag)
})
afterAll(async () => {
  await machine?.remove()
  await docker('rmi', tag)
  await rm(scratch, { recursive: true })
})

const run = (...command: readonly string[]): Promise<string> => machine.runIn('', ...command)
const ctr = (...args: readonly string[]): Promise<string> =>
  run('ctr', '--namespace=k8s.io', ...args)

const forget = async (): Promise<void> => {
  const names = (await ctr('images', 'list', '--quiet')).split('\n').filter(Boolean)
  if (names.length > 0) await ctr('images', 'remove', '--sync', ...names)
  await ctr('content', 'prune', 'references')
}

const snapshots = async (): Promise<readonly string[]> =>
  (await ctr('snapshots', 'list')).split('\n').slice(1)

const findRoot = async (): Promise<string> =>
  /root +(\S+)/.exec(await ctr('plugins', 'list', '--detailed', 'id==overlayfs'))?.[1] ?? ''

/** What pods would see: the layers that CRI would mount, as one tree. */
const digestOf = (layers: string): Promise<string> =>
  run(
    'bash',
    '-c',
    'cd "$1" && find . -printf "%p %m %U %G %y %s\\n" -type f -exec sha256sum {} + | sort | sha256sum',
    'bash',
    layers,
  )

/** Programs that a step has started for this containerd. */
const findHelpers = async () => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const read = (pid: string, file: string): Promise<string> =>
    readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')
  const all = await Promise.all(
    pids.map(async (pid) => ({
      pid: Number(pid),
      command: (await read(pid, 'cmdline')).replaceAll('\0', ' '),
      isOurs: (await read(pid, 'environ')).split('\0').includes(`SLIPWAY_SOCKET=${address}`),
    })),
  )
  return all.filter(({ isOurs }) => isOurs)
}

const isNobodyLeft = async (): Promise<boolean> => (await findHelpers()).length === 0

const findParent = async (pid: number): Promise<number> =>
  Number(/^PPid:\s+(\d+)$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1])

describe('ways into a containerd of the machine itself', () => {
  test.each([
    ['auto', 'link'],
    ['copy', 'copy'],
    ['stream', 'stream'],
  ])('load-mode: %s', async (mode, way) => {
    await forget()
    const loaded = await loadInto(machine, { images: tag, 'load-mode': mode })
    expect(waysOf(loaded)).toEqual([way])
    await eventually('no process of it is left', isNobodyLeft)
    const [top = ''] = (await snapshots()).map((line) => line.split(/\s+/)[0] ?? '')
    const mounts = await ctr('snapshots', 'view', '--mounts', uniqueName('view'), top)
    const folder = /"Source": *"([^"]+)"/.exec(mounts)?.[1] ?? ''
    const inDocker = await docker('inspect', '--format={{index .GraphDriver.Data "UpperDir"}}', tag)
    expect(await digestOf(folder)).toBe(await digestOf(inDocker))
    expect(await readdir(await findRoot())).not.toContain('slipway')
    await loaded.dispose()
  })

  test('an archive of an image, layer by layer', async () => {
    await forget()
    const archive = join(scratch, 'image.tar')
    await docker('save', '--output', archive, tag)
    const loaded = await loadInto(machine, { 'image-archives': archive })
    expect(waysOf(loaded)).toEqual(['stream'])
    await loaded.dispose()
  })

  test('a user who may use the socket alone: `ctr` imports', async () => {
    await forget()
    await chmod(dirname(address), 0o755)
    await chmod(address, 0o666)
    const user = await asOrdinaryUser()
    const loaded = await runSlipway({ images: tag, ...machine.inputs }, user)
    expect(loaded.log).not.toContain('##[error]')
    expect(nodesOf(loaded)).toMatchObject([
      { way: 'stream', because: 'only root may write into its containerd' },
    ])
    expect(await run('crictl', 'inspecti', '-q', tag)).toContain('sha256:')
    await loaded.dispose()
    const again = await runSlipway({ images: tag, ...machine.inputs }, user)
    expect(waysOf(again)).toEqual(['present'])
    await again.dispose()
    await chmod(address, 0o600)
  })

  test('through sudo, which passes on no variable', async () => {
    await forget()
    await chmod(dirname(address), 0o755)
    await chmod(address, 0o666)
    const bin = await mkdtemp(join(tmpdir(), 'bin-'))
    await chmod(bin, 0o755)
    // A double of sudo, which makes nobody root.
    const sudo = '#!/bin/sh\n[ "$1" = -n ] || exit 1\nshift\nexec env -i PATH=/usr/bin:/bin "$@"\n'
    await writeFile(join(bin, 'sudo'), sudo, { mode: 0o755 })
    const user = { ...(await asOrdinaryUser()), baseEnv: { PATH: `${bin}:${process.env['PATH']}` } }
    const loaded = await runSlipway({ images: tag, ...machine.inputs }, user)
    expect(loaded.log).not.toContain('##[error]')
    expect(await run('crictl', 'inspecti', '-q', tag)).toContain('sha256:')
    const doctor = await runSlipway({ mode: 'doctor', ...machine.inputs }, user)
    expect(doctor.log).toMatch(/^ok +nodes +.*, through sudo: whole images$/m)
    for (const each of [loaded, doctor]) await each.dispose()
    await rm(bin, { recursive: true })
    await chmod(address, 0o600)
  })

  test('a step that is killed while it loads leaves nothing', async () => {
    await forget()
    const root = await findRoot()
    const lock = spawn(
      'bash',
      ['-c', 'exec 9<"$1" && flock 9 && echo && exec cat', 'bash', join(root, 'snapshots')],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    )
    await once(lock.stdout, 'data')
    const running = runSlipway({ images: tag, ...machine.inputs }, { expectsUnforeseen: true })
    const isWaiting = async () =>
      (await findHelpers()).some(({ command }) => command.startsWith('flock '))
    await eventually('the helper waits for the lock', isWaiting)
    const [helper] = (await findHelpers()).filter(({ command }) => command.startsWith('bash '))
    process.kill(await findParent(helper?.pid ?? 0), 'SIGKILL')
    const ended = await running
    expect(ended.conclusion).toBe('failure')
    lock.stdin.end()
    await eventually('the helper is gone', isNobodyLeft)
    expect(await snapshots()).toEqual([])
    expect(await readdir(root)).not.toContain('slipway')
    await ended.dispose()
  })
})

describe('refused in one line', () => {
  const refusalOf = async (
    inputs: Readonly<Record<string, string>>,
    user = {},
  ): Promise<string | undefined> => {
    const step = await runSlipway({ images: tag, cluster: 'containerd', ...inputs }, user)
    expect(step.exitCode).toBe(1)
    await step.dispose()
    return step.annotations[0]?.message
  }

  test('no socket, and what is none', async () => {
    expect(await refusalOf({ 'containerd-address': '/run/nobody.sock' })).toMatch(
      /^There is no \/run\/nobody\.sock.*k3s\/containerd/,
    )
    const file = join(scratch, 'file')
    await writeFile(file, '')
    expect(await refusalOf({ 'containerd-address': file })).toMatch(/^It is no socket: /)
  })

  test('a user without a right to it', async () => {
    await chmod(dirname(address), 0o755)
    // The user has the group of Docker's socket, which may be that of this one.
    await chmod(address, 0o600)
    const refusal = await refusalOf(machine.inputs, await asOrdinaryUser())
    expect(refusal).toMatch(/may not use .*c\.sock, and sudo asks for a password\. .*NOPASSWD/)
  })

  test("one without CRI, as Docker's own", async () => {
    const dockers = await startMachineContainerd({ hasCri: false })
    try {
      const refusal = await refusalOf({ 'containerd-address': dockers.address })
      expect(refusal).toMatch(/has no CRI, so no kubelet.*Docker's own/)
    } finally {
      await dockers.stop()
    }
  })

  test('one that has ended', async () => {
    const other = await startMachineContainerd()
    const { address: gone } = other
    await other.crash()
    const refusal = await refusalOf({ 'containerd-address': gone })
    await other.stop()
    expect(refusal).toMatch(/does not answer: /)
  })
})
