import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import type { KindNode } from '../facts/facts.ts'
import type { LocalImage } from '../facts/images.ts'
import { Failure } from '../failure.ts'
import { type Docker, describeEnd } from '../host/docker.ts'

/** `docker save` of a large image on a slow disk. */
const deadlineMs = 30 * 60_000

/** The arguments of `docker` that unpack an archive from standard input in a node. */
const toImportArgs = (node: KindNode): readonly string[] => [
  'exec',
  '--interactive',
  node.name,
  'ctr',
  '--namespace=k8s.io',
  'images',
  'import',
  `--snapshotter=${node.snapshotter}`,
  '-',
]

/** Starts one end of the pipe and collects what it says when it fails. */
const startEnd = (
  docker: Docker,
  args: readonly string[],
  stdio: ['ignore' | 'pipe', 'ignore' | 'pipe'],
) => {
  const { file, env, signal } = docker.command(args)
  const child = spawn(file, [...args], {
    env,
    stdio: [...stdio, 'pipe'],
    signal,
    timeout: deadlineMs,
  })
  // A child that cannot start or is cancelled says so through 'close', too.
  child.on('error', () => {})
  let stderr = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-4_000)
  })
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    stdout: '',
    stderr,
    timedOut: child.killed && !signal?.aborted,
  }))
  return { child, ended }
}

const removeNames = async (docker: Docker, node: KindNode, image: LocalImage): Promise<void> => {
  const names = image.references.map(({ canonical }) => canonical)
  await docker.try(['exec', node.name, 'ctr', '-n', 'k8s.io', 'images', 'remove', ...names])
}

/**
 * Sends an image's tar into a node's containerd, without a file in between.
 *
 * @returns the bytes that were sent
 * @throws {Failure} saying which end failed; the node then does not believe in the image
 */
export const streamImage = async (
  docker: Docker,
  image: LocalImage,
  node: KindNode,
): Promise<number> => {
  const names = image.references.map(({ given }) => given)
  const source = startEnd(docker, ['save', '--', ...names], ['ignore', 'pipe'])
  const target = startEnd(docker, toImportArgs(node), ['pipe', 'ignore'])
  const { stdout } = source.child
  const { stdin } = target.child
  if (stdout === null || stdin === null) throw new Error('The pipe has no ends')
  let bytes = 0
  stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  // An end that fails closes the pipe; the exit codes below say which and why.
  const piped = pipeline(stdout, stdin).catch(() => {})
  const [saved, imported] = await Promise.all([source.ended, target.ended, piped])
  if (saved.code === 0 && imported.code === 0) return bytes
  await removeNames(docker, node, image)
  const [side, ended] =
    imported.code === 0 ? ['docker save', saved] : [`ctr in ${node.name}`, imported]
  throw new Failure(
    `Streaming ${names.join(', ')} into ${node.name} failed: ${side}: ${describeEnd(ended)}`,
    {
      remedy: `See whether the node is well and has room: \`docker exec ${node.name} df -h /var\`.`,
    },
  )
}
