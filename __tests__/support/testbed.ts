import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { eventually } from './eventually.ts'

export { eventually }

const run = promisify(execFile)
const maxBuffer = 256 * 1024 * 1024

/** Runs docker in the testbed's environment and returns what it printed; fails as docker does. */
export const docker = async (...args: readonly string[]): Promise<string> =>
  (await run('docker', [...args], { maxBuffer })).stdout.trim()

/** A node's first process as this machine sees it. Numbers come back, so its start is part of it. */
type Init = { readonly pid: string; readonly start: string; readonly env: NodeJS.ProcessEnv }
const inits = new Map<string, Init>()

const readProc = (pid: string, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

/** proc(5): the 22nd field of a process's `stat`; its second is a name in brackets. */
const startOf = (pid: string): string =>
  readProc(pid, 'stat').split(') ').at(-1)?.split(' ')[19] ?? ''

/** Undefined where its namespaces are out of reach: the node is down, or its engine has namespaces, too. */
const findInit = async (node: string): Promise<Init | undefined> => {
  const key = `${process.env['DOCKER_HOST']} ${node}`
  const known = inits.get(key)
  if (known !== undefined && known.start === startOf(known.pid)) return known
  const format = ['--format', '{{.Id}} {{.State.Pid}}']
  const [id = '', pid = ''] = (await docker('inspect', ...format, node).catch(() => '')).split(' ')
  if (process.getuid?.() !== 0 || id === '' || !readProc(pid, 'cgroup').includes(id))
    return undefined
  const env = readProc(pid, 'environ')
    .split('\0')
    .flatMap((entry) =>
      [...entry.matchAll(/^([^=]+)=(.*)$/gs)].map(([, name, value]) => [name, value]),
    )
  const init = { pid, start: startOf(pid), env: Object.fromEntries(env) }
  inits.set(key, init)
  return init
}

/** Runs a command in a node as `docker exec` does, which takes a dozen times as long to enter it. */
export const inNode = async (node: string, ...command: readonly string[]): Promise<string> => {
  const init = await findInit(node)
  if (init === undefined) return docker('exec', node, ...command)
  const args = [`--target=${init.pid}`, '--all', '--', ...command]
  const entered = run('nsenter', args, { maxBuffer, env: init.env })
  entered.child.stdin?.end()
  return (await entered).stdout.trim()
}

export const ctr = (node: string, ...args: readonly string[]): Promise<string> =>
  inNode(node, 'ctr', '--namespace=k8s.io', ...args)

/** A name that no other test uses. */
export const uniqueName = (prefix: string): string => `${prefix}-${randomBytes(4).toString('hex')}`

export type Cluster = {
  readonly name: string
  readonly nodes: readonly string[]
  readonly remove: () => Promise<void>
}

/** A busy daemon may have given up before all in the node had ended; then it is done when it is asked again. */
const removeNode = (node: string): Promise<string> => docker('rm', '--force', '--volumes', node)

/** Starts a cluster of fresh nodes, each with options of its own: a control-plane and workers. */
export const startNodes = async (options: readonly (readonly string[])[]): Promise<Cluster> => {
  const name = uniqueName('test')
  const nodes = options.map((_, index) =>
    index === 0 ? `${name}-control-plane` : `${name}-worker${index}`,
  )
  await Promise.all(
    nodes.map((node, index) => {
      const role = index === 0 ? 'control-plane' : 'worker'
      const own = options[index] ?? []
      return run('script/testbed', ['node', node, '--cluster', name, '--role', role, ...own])
    }),
  )
  const remove = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => removeNode(node).catch(() => removeNode(node))))
  }
  return { name, nodes, remove }
}

/** The same with the same options for all. */
export const startCluster = (count = 1, options: readonly string[] = []): Promise<Cluster> =>
  startNodes(Array.from({ length: count }, () => options))

/** The testbed's node image with another suite's containerd, in the engine that is in use. */
export const provideNodeImage = async (suite: string): Promise<string> =>
  (await run('script/testbed', ['node-image', suite])).stdout.trim()

/** Builds an image from a Dockerfile's text and further files; returns its ID. */
export const buildTestImage = async (
  tag: string,
  dockerfile: string,
  files: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const context = await mkdtemp(join(tmpdir(), 'slipway-context-'))
  try {
    await writeFile(join(context, 'Dockerfile'), dockerfile)
    for (const [name, content] of Object.entries(files))
      await writeFile(join(context, name), content)
    await docker(
      'buildx',
      'build',
      '--quiet',
      '--load',
      '--provenance=false',
      '--tag',
      tag,
      context,
    )
    return await docker('image', 'inspect', '--format', '{{.Id}}', tag)
  } finally {
    await rm(context, { recursive: true })
  }
}

export const baseImage = (): string =>
  process.env['SLIPWAY_BASE_IMAGE'] ?? 'slipway-testbed/base:latest'

/** The snapshots of a node by name, without those of its own pause image. */
export const snapshotsOf = async (node: string): Promise<readonly string[]> => {
  const [, ...rows] = (await ctr(node, 'snapshots', 'list')).split('\n')
  return rows.map((row) => row.split(/\s+/)[0] ?? '').sort()
}

/** The names of a node's images. */
export const imagesOf = async (node: string): Promise<readonly string[]> =>
  (await ctr(node, 'images', 'list', '--quiet')).split('\n').sort()

/** Docker removes a helper that has done its work a moment after the step may have ended, a busy one later. */
const momentMs = 20_000

/** Helper containers of a run, by the name that the run saved, that are still there after a moment. */
export const helpersOf = async (state: Readonly<Record<string, string>>) => {
  const filter = `label=dev.slipway.run=${state['run-id']}`
  let there: readonly string[] = []
  const isGone = async () => {
    there = (await docker('ps', '--all', '--quiet', '--filter', filter)).split('\n').filter(Boolean)
    return there.length === 0
  }
  await eventually('the helper is gone', isGone, momentMs).catch(() => {})
  return there
}
