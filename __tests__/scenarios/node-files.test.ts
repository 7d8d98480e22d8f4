import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type PodMount, runPod } from '../support/pod.ts'
import type { Run } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  type Cluster,
  helpersOf,
  inNode,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

const workspace = mkdtempSync(join(tmpdir(), 'slipway-files-'))
const target = '/var/local/models'
let cluster: Cluster
let [first, second] = ['', '']

/** All tests of a machine share one store, and some of them write to what is in it. */
const salt = `-${uniqueName('file')}`

const write = (path: string, content: string): void => {
  const file = join(workspace, path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, `${content}${salt}`)
}

/** Each file as `path mode owner content`, its line end seen as a space. */
const listing = async (node: string, folder = target): Promise<readonly string[]> => {
  const each = 'printf "%s %s %s\\0" "$1" "$(stat -c "%a %U" "$1")" "$(cat "$1")"'
  const script = `cd "$1/." && find . -type f -print0 | sort -z | xargs -0 -n 1 sh -c '${each}' sh`
  const printed = await inNode(node, 'sh', '-c', script, 'sh', folder)
  return printed
    .replaceAll(salt, '')
    .split('\0')
    .filter(Boolean)
    .map((line) => line.replace('\n', ' '))
}

const read = async (node: string, path: string): Promise<string> =>
  (await inNode(node, 'cat', path)).replaceAll(salt, '')

const inodeOf = (node: string, path: string): Promise<string> =>
  inNode(node, 'stat', '-L', '-c', '%i %h', path)

const versionsIn = async (node: string): Promise<readonly string[]> =>
  (await inNode(node, 'sh', '-c', 'ls -Ad /var/local/models.*')).split('\n')

const sync = async (lines: string, inputs: Readonly<Record<string, string>> = {}): Promise<Run> => {
  const step = { 'node-files': lines, 'cluster-name': cluster.name, ...inputs }
  const run = await runSlipway(step, { github: { workspace } })
  await run.dispose()
  return run
}

const syncs = async (...order: Parameters<typeof sync>): Promise<Run> => {
  const run = await sync(...order)
  expect(run.log).not.toContain('##[error]')
  expect([run.exitCode, await helpersOf(run.state)]).toEqual([0, []])
  return run
}

beforeAll(async () => {
  cluster = await startCluster(2)
  ;[first = '', second = ''] = cluster.nodes
  write('models/a.bin', 'one')
  write("models/deep/it's $(odd)\n.txt", 'two')
  write('models/run.sh', 'three')
  chmodSync(join(workspace, 'models/run.sh'), 0o755)
  symlinkSync('../a.bin', join(workspace, 'models/deep/link'))
})

afterAll(async () => {
  await cluster?.remove()
  rmSync(workspace, { recursive: true })
})

const everything = [
  './a.bin 444 root one',
  "./deep/it's $(odd) .txt 444 root two",
  './run.sh 555 root three',
]

test('a folder is in all nodes, read-only, by one inode; unchanged, nothing is done', async () => {
  const run = await syncs(`models:${target}`, { images: baseImage() })
  for (const node of cluster.nodes) expect(await listing(node)).toEqual(everything)
  expect(await inodeOf(first, `${target}/a.bin`)).toBe(await inodeOf(second, `${target}/deep/link`))
  const [volume] = JSON.parse(run.outputs['volumes'] ?? '[]')
  expect(volume).toMatchObject({
    target,
    nodes: [first, second],
    volume: { name: 'models', hostPath: { path: target, type: 'Directory' } },
    volumeMount: { name: 'models', mountPath: target, readOnly: true },
  })
  expect(run.summary).toMatch(/\/var\/local\/models .* 3 files .* linked \(2 nodes\)/)
  // Times of files tell changes apart only after a moment.
  await eventually('a step without a change does nothing', async () => {
    const again = await syncs(`models:${target}`)
    return (
      /unchanged \(2 nodes\)/.test(again.summary) && again.log.includes('Slipway: 1 path unchanged')
    )
  })
})

test('a pod reads, may not write, and keeps its version while a run brings the next one', async () => {
  const gate = '/var/local/gate'
  await inNode(first, 'mkdir', gate)
  const mounts: readonly PodMount[] = [
    { host_path: target, container_path: '/models', readonly: true },
    { host_path: gate, container_path: '/gate', readonly: false },
  ]
  const script = [
    'cat /models/a.bin; echo changed >/models/a.bin || echo refused; touch /gate/began',
    'until [ -e /gate/go ]; do sleep 0.1; done; cat /models/a.bin /models/deep/link',
  ].join('; ')
  const pod = runPod(first, baseImage(), ['sh', '-c', script], mounts)
  const hasBegun = async () => (await inNode(first, 'ls', gate)).includes('began')
  await eventually('the pod began', hasBegun)
  const [old = ''] = await versionsIn(first)
  write('models/a.bin', 'another')
  const run = await syncs(`models:${target}`)
  expect(run.log).toContain(`1 path in the nodes, ${7 + salt.length} B copied`)
  expect(await listing(first)).toEqual(['./a.bin 444 root another', ...everything.slice(1)])
  expect([await versionsIn(first), await versionsIn(second)]).toEqual([
    expect.arrayContaining([old]),
    [expect.not.stringContaining(old)],
  ])
  await inNode(first, 'touch', `${gate}/go`)
  expect((await pod).replaceAll(salt, '')).toMatch(/^one.*refused.*oneone$/s)
  // No pod has it any more.
  write('models/a.bin', 'third')
  await syncs(`models:${target}`)
  expect(await versionsIn(first)).toHaveLength(1)
})

test('rw is a copy of each node, and what pods wrote stays until the source changes', async () => {
  await syncs(`models/a.bin:/var/local/own.bin:rw\nmodels:${target}`)
  expect(await inodeOf(first, '/var/local/own.bin')).not.toBe(
    await inodeOf(second, '/var/local/own.bin'),
  )
  const mount = { host_path: '/var/local/own.bin', container_path: '/own', readonly: false }
  await runPod(first, baseImage(), ['sh', '-c', 'echo mine >/own'], [mount])
  expect(await read(second, '/var/local/own.bin')).toBe('third')
  expect(await read(first, `${target}/a.bin`)).toBe('third')
  await syncs('models/a.bin:/var/local/own.bin:rw')
  expect(await read(first, '/var/local/own.bin')).toBe('mine')
  write('models/a.bin', 'fourth')
  await syncs('models/a.bin:/var/local/own.bin:rw')
  expect(await read(first, '/var/local/own.bin')).toBe('fourth')
})

test('what is not named goes when it is asked for, and nothing else', async () => {
  await inNode(first, 'sh', '-c', 'echo theirs >/var/local/theirs')
  await syncs(`models:${target}`)
  expect(await read(first, '/var/local/own.bin')).toBe('fourth')
  const run = await syncs(`models:${target}`, { 'node-files-prune': 'true' })
  expect(run.summary).toContain(`/var/local/own.bin |`)
  for (const node of cluster.nodes) {
    expect(await inNode(node, 'sh', '-c', 'ls -A /var/local')).not.toContain('own.bin')
    expect(await inNode(node, 'ls', '/var/lib/slipway-files')).toMatch(/^[0-9a-f]{32}\nlock$/)
  }
  expect(await read(first, '/var/local/theirs')).toBe('theirs')
})

test('what is in the way stays, and is named', async () => {
  await inNode(first, 'sh', '-c', 'mkdir /var/local/taken && ln -s /etc /var/local/away')
  const run = await sync('models:/var/local/taken\nmodels/a.bin:/var/local/away/a')
  expect(run.exitCode).toBe(1)
  const [error] = run.annotations.filter(({ level }) => level === 'error')
  expect(error?.message).toContain(
    `/var/local/taken in ${first}: something is there that Slipway did not put there`,
  )
  expect(error?.message).toContain(`/var/local/away/a in ${first}: away is no folder`)
  expect(await inNode(first, 'sh', '-c', 'ls -A /var/local/taken; ls /etc')).not.toMatch(/^a$/m)
  for (const node of cluster.nodes)
    expect(await inNode(node, 'ls', '/var/local')).not.toMatch(/new/)
})

test('who writes to a shared file as root is found by its time, and with verify by its bytes', async () => {
  write('models/a.bin', 'fourth')
  await syncs(`models:${target}`)
  const tamper = (more: string) =>
    inNode(second, 'sh', '-c', `printf evil..${salt} >${target}/a.bin${more}`)
  const expectMended = async (run: Run): Promise<void> => {
    for (const node of cluster.nodes) expect(await read(node, `${target}/a.bin`)).toBe('fourth')
    expect(run.annotations.map(({ message }) => message)).toEqual([
      expect.stringMatching(/1 file .*had changed/),
    ])
  }
  await tamper('')
  expect(await read(first, `${target}/a.bin`)).toBe('evil..')
  await expectMended(await syncs(`models:${target}`))
  await tamper(` && touch -d @1 ${target}/a.bin`)
  await expectMended(await syncs(`models:${target}`, { 'node-files-verify': 'true' }))
})

test('all that is wrong is one error, before anything is done', async () => {
  const lines = [
    'none:/var/local/a',
    'models',
    'models:relative',
    'models:/etc/models',
    'models:/var/lib/kubelet/pods',
    `models:${target}:rx`,
    `models:${target}/inner`,
    'ftp://host/x:/var/local/c',
  ]
  const run = await sync([...lines, '../outside:/var/local/b'].join('\n'))
  expect(run.exitCode).toBe(1)
  const text = run.annotations.map(({ message }) => message).join('\n')
  for (const line of [...lines, '../outside']) expect(text).toContain(line)
  expect(run.annotations.filter(({ level }) => level === 'error')).toHaveLength(1)
  write(
    'pointers/model.bin',
    `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345\n`,
  )
  const pointers = await sync('pointers:/var/local/pointers')
  expect(pointers.annotations[0]?.message).toMatch(/Git LFS pointers.*Write lfs:pointers/s)
})
