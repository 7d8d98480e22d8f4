import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { KindNode } from '../facts/facts.ts'
import type { LocalImage } from '../facts/images.ts'
import { Failure } from '../failure.ts'
import { type Docker, describeEnd } from '../host/docker.ts'
import { checkInNode, listNode, type NodeState, removeImage } from './node-state.ts'
import type { Progress } from './progress.ts'
import { leaveOut } from './tar-filter.ts'

/** `docker save` of a large image on a slow disk. */
const deadlineMs = 30 * 60_000

/** The arguments of `docker` that unpack an archive from standard input in a node. */
const toImportArgs = (node: KindNode, { importFlags }: NodeState): readonly string[] => [
  'exec',
  '--interactive',
  node.name,
  'ctr',
  '--namespace=k8s.io',
  'images',
  'import',
  `--snapshotter=${node.snapshotter}`,
  ...importFlags,
  '-',
]

type Pipes = readonly ['ignore' | 'pipe', 'ignore' | 'pipe']

/** Starts one end of the pipe and collects what it says when it fails. */
const startEnd = (docker: Docker, args: readonly string[], stdio: Pipes) => {
  const { file, env, signal } = docker.command(args)
  const options = { env, signal, timeout: deadlineMs }
  const child = spawn(file, [...args], { ...options, stdio: [...stdio, 'pipe'] })
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

/**
 * The blobs that need not cross: layers that the node has. In the overlay2 store a layer's blob is
 * its uncompressed tar, named by the diff ID; one that occurs twice must be there both times.
 */
const toNeedlessBlobs = ({ layers }: LocalImage, { chains }: NodeState): ReadonlySet<string> => {
  const missing = new Set(
    layers.filter(({ chainId }) => !chains.has(chainId)).map(({ diffId }) => diffId),
  )
  const needless = layers.map(({ diffId }) => diffId).filter((diffId) => !missing.has(diffId))
  return new Set(needless.map((diffId) => `blobs/sha256/${diffId.replace('sha256:', '')}`))
}

const pump = async (
  docker: Docker,
  image: LocalImage,
  node: KindNode,
  state: NodeState,
  onBytes: (bytes: number) => void,
): Promise<string | undefined> => {
  const names = image.references.map(({ given }) => given)
  const source = startEnd(docker, ['save', '--', ...names], ['ignore', 'pipe'])
  const target = startEnd(docker, toImportArgs(node, state), ['pipe', 'ignore'])
  const { stdout } = source.child
  const { stdin } = target.child
  if (stdout === null || stdin === null) throw new Error('The pipe has no ends')
  const needless = toNeedlessBlobs(image, state)
  const counter = new Transform({
    transform: (chunk: Buffer, _, done) => {
      onBytes(chunk.length)
      done(null, chunk)
    },
  })
  // An end that fails closes the pipe; the exit codes below say which and why.
  const piped = pipeline(
    stdout,
    leaveOut((name) => needless.has(name)),
    counter,
    stdin,
  ).catch(() => {})
  const [saved, imported] = await Promise.all([source.ended, target.ended, piped])
  if (imported.code !== 0) return `ctr in ${node.name}: ${describeEnd(imported)}`
  return saved.code === 0 ? undefined : `docker save: ${describeEnd(saved)}`
}

/**
 * Sends an image's tar into a node's containerd without a file in between, and without the layers
 * that the node has.
 *
 * @returns the bytes that were sent
 * @throws {Failure} saying which end failed; the node then does not believe in the image
 */
export const streamImage = async (
  docker: Docker,
  image: LocalImage,
  node: KindNode,
  progress: Progress,
): Promise<number> => {
  const state = await listNode(docker, node)
  let sentBytes = 0
  const problem =
    (await pump(docker, image, node, state, (bytes) => {
      sentBytes += bytes
      progress(node.name, sentBytes, image.sizeBytes)
    })) ?? (await checkInNode(docker, image, node))
  if (problem === undefined) return sentBytes
  await removeImage(docker, image, node, state)
  const name = image.references[0]?.given ?? image.id
  throw new Failure(`Streaming ${name} into ${node.name} failed: ${problem}`, {
    remedy: `See whether the node is well and has room: \`docker exec ${node.name} df -h /var\`.`,
  })
}
