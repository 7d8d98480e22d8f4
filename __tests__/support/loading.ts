import { execFileSync } from 'node:child_process'
import { expect } from 'vitest'
import { eventually } from './eventually.ts'
import { digestCommand } from './odd-image.ts'
import { runPod } from './pod.ts'
import type { Run } from './runner/types.ts'
import { runSlipway } from './slipway.ts'
import { type Cluster, docker, helpersOf, inNode } from './testbed.ts'

/** Where a node's overlayfs snapshots are. */
export const snapshotterRoot = '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs'

type ImageOutput = {
  readonly ref: string
  readonly id: string
  readonly nodes: readonly NodeOutput[]
}

/** What an image is called by its content, as the output tells it. */
export const immutableOf = (run: Run, ref: string): string =>
  JSON.parse(run.outputs['immutable-tags'] ?? '{}')[ref] ?? ''

/** Runs a program in a node. */
export type RunIn = (node: string, ...command: readonly string[]) => Promise<string>

/** A cluster that is found by some inputs, and a way in. */
type StartedCluster = {
  readonly inputs: Readonly<Record<string, string>>
  readonly runIn: RunIn
}

/** Expects that CRI has every image by its content in every node, under the ID of the given name. */
const expectImmutableTags = async (run: Run, runIn: RunIn): Promise<void> => {
  const images: readonly ImageOutput[] = JSON.parse(run.outputs['images'] ?? '[]')
  for (const { ref, id, nodes } of images) {
    const immutable = immutableOf(run, ref)
    expect(immutable).toMatch(new RegExp(`:sha-${id.slice(7, 19)}$`))
    for (const { name } of nodes) {
      const both = 'crictl inspecti -q "$1" && echo = && crictl inspecti -q "$2"'
      const told = await runIn(name, 'sh', '-c', both, 'sh', immutable, ref)
      const [byContent, byName] = told.split('\n=\n')
      expect(byName).toContain('sha256:')
      expect(byContent).toBe(byName)
    }
  }
}

/**
 * Loads into a cluster and expects that it works and leaves no helper, and that the images have their
 * names by content.
 */
export const loadInto = async (
  cluster: Pick<Cluster, 'name'> | StartedCluster,
  inputs: Readonly<Record<string, string>>,
): Promise<Run> => {
  const { inputs: found, runIn } =
    'runIn' in cluster ? cluster : { inputs: { 'cluster-name': cluster.name }, runIn: inNode }
  const run = await runSlipway({ ...found, ...inputs })
  expect(run.log).not.toContain('##[error]')
  expect(run.exitCode).toBe(0)
  expect(await helpersOf(run.state)).toEqual([])
  await expectImmutableTags(run, runIn)
  return run
}

type NodeOutput = {
  readonly name: string
  readonly way: string
  readonly because?: string
  readonly copiedBytes: number
}

/** The output `images`, node by node. */
export const nodesOf = (run: Run): readonly NodeOutput[] =>
  JSON.parse(run.outputs['images'] ?? '[]').flatMap(({ nodes }: ImageOutput) => nodes)

export const waysOf = (run: Run): readonly string[] => nodesOf(run).map(({ way }) => way)

export const warningsOf = (run: Run): readonly string[] =>
  run.annotations.filter(({ level }) => level === 'warning').map(({ message }) => message)

/** What a container of Docker's sees of an image, as one digest. */
export const digestInDocker = (tag: string, command: readonly string[]): Promise<string> =>
  docker('run', '--rm', '--network=host', tag, ...command)

/** Expects that a pod sees exactly what `docker run` sees. */
export const expectSameTree = async (node: string, tag: string): Promise<void> => {
  const inPod = await runPod(node, tag, digestCommand)
  expect(inPod).toMatch(/^[0-9a-f]{64}/)
  expect(inPod).toBe(await digestInDocker(tag, digestCommand))
}

export const untilCriAnswers = (node: string): Promise<void> =>
  eventually('CRI answers', () =>
    inNode(node, 'crictl', 'images', '-q').then(
      () => true,
      () => false,
    ),
  )

/**
 * Puts a filesystem of its own under the node's containerd, with what was there before. The old containerd answers
 * until it has ended, so that is waited for.
 */
export const moveToTmpfs = async (node: string, limit = 'size=2g'): Promise<void> => {
  const restart = `old=$(pidof containerd) && kill $old && while [ -d "/proc/\${old%% *}" ]; do sleep 0.02; done`
  const script = `mkdir /run/c && mount -t tmpfs -o ${limit} tmpfs /run/c && cp -a /var/lib/containerd/. /run/c/ && mount --bind /run/c /var/lib/containerd && ${restart}`
  await inNode(node, 'sh', '-c', script)
  await untilCriAnswers(node)
}

/** Brings another engine of the testbed up and makes it this file's engine. */
export const useEngine = (engine: 'overlay2' | 'containerd', suite = 'forky'): void => {
  const which = ['--engine', engine, '--suite', suite]
  execFileSync('bash', ['script/testbed', ...which, 'up'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const shell = `eval "$(script/testbed ${which.join(' ')} env)"; env -0`
  for (const entry of execFileSync('bash', ['-c', shell], { encoding: 'utf8' }).split('\0')) {
    const equals = entry.indexOf('=')
    if (equals > 0) process.env[entry.slice(0, equals)] = entry.slice(equals + 1)
  }
}
