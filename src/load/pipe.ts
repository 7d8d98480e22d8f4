import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { LocalImage } from '../facts/images.ts'
import { type Docker, describeEnd } from '../host/docker.ts'
import { leaveOut } from './tar-filter.ts'

/** `docker save` of a large image on a slow disk. */
const deadlineMs = 30 * 60_000

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

/** What goes through the pipe, and where to. */
export type Pumping = {
  readonly image: LocalImage
  /** Names of the archive's files that are not sent. */
  readonly leftOut: ReadonlySet<string>
  /** The arguments of `docker` that read the archive from standard input. */
  readonly importArgs: readonly string[]
  readonly onBytes: (bytes: number) => void
}

/** Pipes an image's archive from Docker into a node. Returns which end failed and why, if one did. */
export const pump = async (docker: Docker, pumping: Pumping): Promise<string | undefined> => {
  const { image, leftOut, importArgs, onBytes } = pumping
  const names = image.references.map(({ given }) => given)
  const source = startEnd(docker, ['save', '--', ...names], ['ignore', 'pipe'])
  const target = startEnd(docker, importArgs, ['pipe', 'ignore'])
  const { stdout } = source.child
  const { stdin } = target.child
  if (stdout === null || stdin === null) throw new Error('The pipe has no ends')
  const counter = new Transform({
    transform: (chunk: Buffer, _, done) => {
      onBytes(chunk.length)
      done(null, chunk)
    },
  })
  // An end that fails closes the pipe; the exit codes below say which and why.
  const piped = pipeline(
    stdout,
    leaveOut((name) => leftOut.has(name)),
    counter,
    stdin,
  ).catch(() => {})
  const [saved, imported] = await Promise.all([source.ended, target.ended, piped])
  if (imported.code !== 0) return `ctr's import: ${describeEnd(imported)}`
  return saved.code === 0 ? undefined : `docker save: ${describeEnd(saved)}`
}
