import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startBarrier } from '../support/barrier.ts'
import { eventually } from '../support/eventually.ts'
import { buildKindNode } from '../support/kind-node.ts'
import type { Run, RunOptions } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  docker,
  imagesOf,
  inNode,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

const run = promisify(execFile)

/** kind itself is quick with a stand-in; this machine may be busy. A test waits for two such things at most. */
const patienceMs = 120_000

let workspace: string
let name: string
let kubeconfig: string

const nodesOf = async (cluster: string): Promise<readonly string[]> => {
  const filter = `label=io.x-k8s.kind.cluster=${cluster}`
  const printed = await docker('ps', '--all', '--filter', filter, '--format', '{{.Names}}')
  return printed.split('\n').filter(Boolean).sort()
}

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'slipway-create-'))
  await writeFile(
    join(workspace, 'Dockerfile'),
    `FROM ${baseImage()}\nARG NAME\nRUN echo "$NAME" >/name\n`,
  )
  await mkdir(join(workspace, 'data'))
  await writeFile(join(workspace, 'data/file'), 'of a model')
  const worker = 'nodes: [{role: control-plane}, {role: worker}]'
  await writeFile(
    join(workspace, 'kind.yaml'),
    `kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n${worker}\n`,
  )
})
afterAll(() => rm(workspace, { recursive: true }))

beforeEach(() => {
  name = uniqueName('made')
  kubeconfig = join(workspace, `${name}.yaml`)
})
afterEach(async () => {
  const left = await nodesOf(name)
  if (left.length > 0) await docker('rm', '--force', '--volumes', ...left)
})

const step = (image: string, more: Readonly<Record<string, string>> = {}) => ({
  'create-cluster': 'true',
  'cluster-name': name,
  'node-image': image,
  kubeconfig,
  ...more,
})

const slipway = async (
  inputs: Readonly<Record<string, string>>,
  options: Partial<RunOptions> = {},
): Promise<Run> => {
  const ran = await runSlipway(inputs, { ...options, github: { workspace } })
  await ran.dispose()
  return ran
}

/** A PATH with the kind of Debian 13, which is 0.27, where the testbed has it. */
const withOlderKind = async (): Promise<string> => {
  const { PATH = '', SLIPWAY_TESTBED_DIR = '/var/lib/slipway-testbed' } = process.env
  const older = join(SLIPWAY_TESTBED_DIR, 'parts/trixie/usr/bin/kind')
  if (!existsSync(older)) return PATH
  const folder = await mkdtemp(join(workspace, 'older-'))
  await symlink(older, join(folder, 'kind'))
  return `${folder}:${PATH}`
}

/** Lets the stand-in for kubeadm go on. */
const letGo = (node: string): Promise<string> => docker('exec', node, 'touch', '/kind/go')

/** Whether kind has come as far as that. */
const kubeadmWaits = async (): Promise<boolean> =>
  (await docker('top', `${name}-control-plane`).catch(() => '')).includes('kubeadm init')

const errorsOf = ({ annotations }: Run): readonly string[] =>
  annotations.flatMap(({ level, message }) => (level === 'error' ? [message] : []))

test('images are in the nodes before Kubernetes is; a second step waits, and uses the cluster', async () => {
  const image = await buildKindNode('waits')
  const tags = ['a', 'b'].map((each) => `${name}-${each}:1`)
  const builds = tags.map((tag) => `- {context: ., tags: '${tag}', build-args: 'NAME=${tag}'}`)
  const first = slipway(
    step(image, {
      ...{ builds: builds.join('\n'), 'kind-config': 'kind.yaml', 'keep-cluster': 'true' },
      ...{ 'node-files': 'data:/var/local/data', 'image-report': 'auto' },
    }),
  )
  const nodes = [`${name}-control-plane`, `${name}-worker`]
  await eventually(
    'both nodes have both images',
    async () => {
      if ((await nodesOf(name)).length < nodes.length) return false
      const all = await Promise.all(
        nodes.map((node) => imagesOf(node).catch((): readonly string[] => [])),
      )
      return all.every((images) => tags.every((tag) => images.includes(`docker.io/library/${tag}`)))
    },
    patienceMs,
  )
  // kind has not ended: what it writes last is not there.
  expect(existsSync(kubeconfig)).toBe(false)
  let isWaiting = false
  const second = slipway(step(image, { images: tags[0] ?? '' }), {
    onLine: ({ text }) => {
      isWaiting ||= text.includes(`Waiting: another step is making the cluster ${name}.`)
    },
  })
  await eventually('the second waits', () => isWaiting, patienceMs)
  await letGo(`${name}-control-plane`)
  const [one, other] = await Promise.all([first, second])
  expect([errorsOf(one), errorsOf(other)]).toEqual([[], []])
  expect(one.log).toContain(`##[group]kind create cluster ${name}: `)
  expect(one.summary).toContain(`2 images in ${name} (2 nodes)`)
  expect(other.log).toContain(
    `Using the cluster ${name} that is there; Slipway will not remove it.`,
  )
  for (const { outputs, envFile } of [one, other]) {
    expect(outputs['kubeconfig']).toBe(kubeconfig)
    expect(envFile['KUBECONFIG']).toBe(kubeconfig)
  }
  expect(readFileSync(kubeconfig, 'utf8')).toContain(`current-context: kind-${name}`)
  // What asks the nodes is planned when they are there.
  expect(JSON.parse(one.outputs['volumes'] ?? '[]')).toMatchObject([{ nodes }])
  expect(JSON.parse(one.outputs['image-report'] ?? '[]')).toHaveLength(2)
  for (const node of nodes)
    expect(await inNode(node, 'cat', '/var/local/data/file')).toBe('of a model')
  // Kept by the one, and not the other's.
  expect(await nodesOf(name)).toEqual(nodes)
  await run('kind', ['delete', 'cluster', '--name', name, '--kubeconfig', kubeconfig])
  await docker('rmi', ...tags)
})

test('post removes what the step made, and forgets it; a cluster that is not ready is a warning', async () => {
  const image = await buildKindNode('unready')
  let atPost: readonly string[] = []
  const ran = await slipway(step(image, { wait: '1s' }), {
    env: { PATH: await withOlderKind() },
    betweenPhases: async () => {
      atPost = await nodesOf(name)
    },
  })
  expect(errorsOf(ran)).toEqual([])
  expect(atPost).toEqual([`${name}-control-plane`])
  expect(await nodesOf(name)).toEqual([])
  expect(readFileSync(kubeconfig, 'utf8')).not.toContain(name)
  expect(ran.annotations).toMatchObject([
    { level: 'warning', message: expect.stringContaining('was not ready after wait: 1s') },
  ])
})

test("a failure is kind's own word, with the nodes' logs until post, and leaves no node", async () => {
  const image = await buildKindNode('fails')
  let logs: readonly string[] = []
  const ran = await slipway(step(image), {
    betweenPhases: async (temp) => {
      expect(await nodesOf(name)).toEqual([])
      const folder = readdirSync(temp).find((each) => each.endsWith('-cluster-logs')) ?? ''
      logs = readdirSync(join(temp, folder))
      const ended = readFileSync(join(temp, folder, `${name}-control-plane/journal.log`), 'utf8')
      expect(ended.length).toBeGreaterThan(0)
    },
  })
  expect(logs).toEqual(expect.arrayContaining(['kind-create-cluster.log', `${name}-control-plane`]))
  expect(errorsOf(ran)).toEqual([
    expect.stringMatching(
      `^kind could not create the cluster ${name}: failed to init node with kubeadm: error execution phase wait-control-plane: .* Logs: ${ran.outputs['cluster-logs']} `,
    ),
  ])
  expect(existsSync(ran.outputs['cluster-logs'] ?? '/')).toBe(false)
  expect(ran.envFile).not.toHaveProperty('KUBECONFIG')
})

test('a killed step: its post ends kind; without it, the next run begins anew', async () => {
  const image = await buildKindNode('waits')
  const works = await buildKindNode('works')
  let pid = 0
  const killed = async (options: Partial<RunOptions>): Promise<Run> => {
    const ran = slipway(step(image), {
      ...options,
      onSpawn: (main, phase) => {
        if (phase === 'main') pid = main
      },
    })
    await eventually('kubeadm waits', kubeadmWaits, patienceMs)
    process.kill(pid, 'SIGKILL')
    return ran
  }
  const ended = await killed({})
  expect(ended.orphans).toEqual([])
  expect(await nodesOf(name)).toEqual([])
  await killed({ skipPost: true })
  expect(await nodesOf(name)).toEqual([`${name}-control-plane`])
  const next = await slipway(step(works))
  expect(errorsOf(next)).toEqual([])
  expect(next.log).toContain(`Removing the half-made cluster ${name} that a killed step left.`)
  expect(await nodesOf(name)).toEqual([])
})

test('a build that fails ends kind with it, and post removes what there is', async () => {
  const image = await buildKindNode('waits')
  const barrier = await startBarrier()
  try {
    const dockerfile = `FROM ${baseImage()}\nARG NAME\nRUN : $NAME; ${barrier.command}; false\n`
    await mkdir(join(workspace, 'broken'))
    await writeFile(join(workspace, 'broken/Dockerfile'), dockerfile)
    const args = { context: 'broken', tags: `${name}:1`, 'build-args': `NAME=${name}` }
    const running = slipway(step(image, { ...args, network: 'host' }))
    await eventually('kubeadm waits', kubeadmWaits, patienceMs)
    await barrier.held
    barrier.open()
    const ran = await running
    expect(errorsOf(ran)).toEqual([expect.stringContaining('false exited with 1')])
    expect(ran.log).toContain(`##[group]kind create cluster ${name}: log`)
    expect(ran.outputs).not.toHaveProperty('kubeconfig')
    expect(ran.orphans).toEqual([])
    expect(await nodesOf(name)).toEqual([])
  } finally {
    await barrier.stop()
  }
})

test("a half-made cluster of somebody else's is refused, and stays as it is", async () => {
  // Nodes without Kubernetes, as kind has them while kubeadm is at work.
  const others = await startCluster()
  try {
    name = others.name
    const ran = await slipway(step('nothing:1'))
    expect(errorsOf(ran)).toEqual([
      expect.stringMatching(
        `^There is a half-made cluster ${name}, and Slipway did not make it: .*kind delete cluster --name ${name}`,
      ),
    ])
    expect(await nodesOf(name)).toEqual(others.nodes)
  } finally {
    await others.remove()
  }
})
