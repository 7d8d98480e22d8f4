import { isUtf8 } from 'node:buffer'
import { closeSync } from 'node:fs'
import type { Docker } from '../docker/docker.ts'
import { Failure } from '../failure.ts'
import { openMemoryFile } from '../host/memory-file.ts'
import type { BuildSecret } from '../inputs/credentials.ts'
import { findWayIn, passesEnvironment, toPath, type WayIn } from './way-in.ts'

/** How buildx is told of a secret: `src=` or `env=`, never the value. */
export type SecretSource = { readonly id: string; readonly from: string }

/** What a build's child process needs to find its secrets. */
export type SecretChannel = {
  readonly sources: readonly SecretSource[]
  /** The child's standard input; undefined when nothing comes that way. */
  readonly stdinFd: number | undefined
  /** Further variables for this child alone; empty unless memory files do not work here. */
  readonly env: Readonly<Record<string, string>>
}

/** Linux takes no longer variable (MAX_ARG_STRLEN), and its name is part of it. */
const longestVariable = 128 * 1024 - 64

/** A variable is text without NUL: other bytes would arrive as others, or cut. */
const requireText = ({ id, value }: BuildSecret): string => {
  const bytes = value.exposeBytes()
  const isText = isUtf8(bytes) && !bytes.includes(0)
  if (isText && bytes.length < longestVariable) return bytes.toString()
  const what = `The secret ${id} is ${isText ? 'too long' : 'no text'}`
  throw new Failure(`${what}, and can reach the build through a file in memory alone`, {
    remedy: 'Give the runner a /dev/shm with room, and put the docker program itself on the PATH.',
  })
}

const byEnvironment = (secrets: readonly BuildSecret[]): SecretChannel => {
  const texts = secrets.map(requireText)
  const nameOf = (index: number): string => `SLIPWAY_SECRET_${index}`
  return {
    sources: secrets.map(({ id }, index) => ({ id, from: `env=${nameOf(index)}` })),
    stdinFd: undefined,
    env: Object.fromEntries(texts.map((text, index) => [nameOf(index), text])),
  }
}

const byMemory = (
  secrets: readonly BuildSecret[],
  fds: readonly number[],
  way: WayIn,
): SecretChannel => ({
  sources: secrets.map(({ id }, index) => ({
    id,
    from: `src=${toPath(index === 0 ? way : 'descriptor', fds[index] ?? -1)}`,
  })),
  stdinFd: way === 'stdin' ? fds[0] : undefined,
  env: {},
})

export type ChannelOptions = {
  /** Who is to read the secrets. */
  readonly docker: Docker
  /** A folder of the step's own. */
  readonly tempDir: string
  /** Hears that secrets have to go through the child's environment instead. */
  readonly warn: (message: string) => void
}

const openAll = (secrets: readonly BuildSecret[], fds: number[]): string | undefined => {
  try {
    for (const { value } of secrets) fds.push(openMemoryFile(value.exposeBytes()))
    return undefined
  } catch (error) {
    return `anonymous files in memory do not work here (${(error as Error).message})`
  }
}

const openChannel = async (
  secrets: readonly BuildSecret[],
  fds: number[],
  { docker, tempDir, warn }: ChannelOptions,
): Promise<SecretChannel> => {
  if (secrets.length === 0) return { sources: [], stdinFd: undefined, env: {} }
  const flaw = openAll(secrets, fds)
  const way = flaw === undefined ? await findWayIn(docker) : undefined
  if (way !== undefined) return byMemory(secrets, fds, way)
  const why = flaw ?? 'the docker on the PATH passes no file in memory to buildx'
  if (!(await passesEnvironment(docker, tempDir))) {
    throw new Failure(`No secret can reach the build: ${why}, nor its environment`, {
      remedy: 'Put the docker program itself on the PATH, before what stands for it.',
    })
  }
  const channel = byEnvironment(secrets)
  warn(`Secrets reach buildx through its environment, as ${why}.`)
  return channel
}

/**
 * Runs `body` with a way for secrets to reach one build. Each is an anonymous file in memory: the
 * first is the child's standard input, the others stay open in our own process. BuildKit opens the
 * path anew for every RUN that mounts it, so a pipe would be empty from the second on
 * (moby/buildkit#2880), and Node's own piped stdin is a socket, which cannot be opened at all
 * (nodejs/node#21941).
 *
 * @throws {Failure} when a secret would not arrive as it is
 */
export const withSecretChannel = async <T>(
  secrets: readonly BuildSecret[],
  options: ChannelOptions,
  body: (channel: SecretChannel) => Promise<T>,
): Promise<T> => {
  const fds: number[] = []
  try {
    return await body(await openChannel(secrets, fds, options))
  } finally {
    for (const fd of fds) closeSync(fd)
  }
}
