import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type Cluster, docker, inNode, startCluster } from '../support/testbed.ts'

const run = promisify(execFile)

/** What the testbed's nodes share with kind's own, and where they are no kinder than those. */
let cluster: Cluster
let node: string
beforeAll(async () => {
  cluster = await startCluster()
  node = cluster.nodes[0] ?? ''
})
afterAll(() => cluster?.remove())

/** Also what was printed on stderr. */
const printedIn = (...command: readonly string[]) => run('docker', ['exec', node, ...command])

/** Runs a command in the node's files, as a container with the host's processes in sight would. */
const throughRoot = async (...command: readonly string[]) => {
  const pid = await docker('inspect', '--format', '{{.State.Pid}}', node)
  const image = await docker('inspect', '--format', '{{.Config.Image}}', node)
  const options = ['--rm', '--privileged', '--pid=host', '--network=none', '--entrypoint=chroot']
  return run('docker', ['run', ...options, image, `/proc/${pid}/root`, ...command])
}

test("systemd is its first process, and containerd a service of systemd's", async () => {
  expect(await inNode(node, 'cat', '/proc/1/comm')).toBe('systemd')
  // What kind waits for, a moment after CRI answers.
  const hasStarted = async () =>
    /Reached target .*Multi-User System/.test(await docker('logs', node))
  await eventually('the node has started', hasStarted)
  expect(await inNode(node, 'systemctl', 'is-active', 'containerd')).toBe('active')
})

test('it is stopped and started again as one of kind', async () => {
  await docker('stop', node)
  await docker('start', node)
  const ready = 'until [ -e /run/testbed-ready ]; do sleep 0.02; done'
  await inNode(node, 'timeout', '60', 'sh', '-c', ready)
  expect(await inNode(node, 'crictl', 'images', '-q')).toMatch(/^sha256:/)
})

test('ctr warns on stderr at every call', async () => {
  const { stderr } = await printedIn('ctr', '--namespace=k8s.io', 'images', 'list', '--quiet')
  expect(stderr).toMatch(/^time="[^"]+" level=warning msg="DEPRECATION: /)
})

describe('crictl', () => {
  test('warns on stderr at every call', async () => {
    const { stderr } = await printedIn('crictl', 'version')
    expect(stderr).toMatch(/^time="[^"]+" level=warning msg="DEPRECATION: /)
  })

  test('does not work where it cannot find itself', async () => {
    await expect(throughRoot('crictl', 'version')).rejects.toThrow(
      'get executable path: readlink /proc/self/exe: no such file or directory',
    )
  })

  test.each([
    [['images', '--nope'], 'flag provided but not defined: -nope'],
    [['--nope', 'images'], 'flag provided but not defined: -nope'],
    [['nope'], "No help topic for 'nope'"],
    [['images', '--output', 'nope'], 'unsupported output format'],
    [['inspecti', 'nope:1'], 'no such image'],
    [['rmp', 'nope'], 'code = NotFound'],
  ])('refuses %s', async (args, said) => {
    await expect(printedIn('crictl', ...args)).rejects.toThrow(said)
  })

  test('tells of an image with `--quiet`, too, only less', async () => {
    const [id = ''] = (await inNode(node, 'crictl', 'images', '-q')).split('\n')
    const told = JSON.parse(await inNode(node, 'crictl', 'inspecti', '-q', id))
    expect([told.status.id, told.info]).toEqual([id, undefined])
  })
})
