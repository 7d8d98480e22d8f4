import { closeSync } from 'node:fs'
import { openMemoryFile } from '../host/memory-file.ts'
import type { BuildSecret } from '../inputs/inputs.ts'

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

const byEnvironment = (secrets: readonly BuildSecret[]): SecretChannel => {
  const named = secrets.map(({ id, value }, index) => {
    return { id, variable: `SLIPWAY_SECRET_${index}`, value: value.expose() }
  })
  return {
    sources: named.map(({ id, variable }) => ({ id, from: `env=${variable}` })),
    stdinFd: undefined,
    env: Object.fromEntries(named.map(({ variable, value }) => [variable, value])),
  }
}

const byMemory = (secrets: readonly BuildSecret[], fds: readonly number[]): SecretChannel => ({
  sources: secrets.map(({ id }, index) => ({
    id,
    from: index === 0 ? 'src=/dev/stdin' : `src=/proc/${process.pid}/fd/${fds[index]}`,
  })),
  stdinFd: fds[0],
  env: {},
})

/**
 * Runs `body` with a way for secrets to reach one build. Each is an anonymous file in memory: the
 * first is the child's standard input, the others stay open in our own process. BuildKit opens the
 * path anew for every RUN that mounts it, so a pipe would be empty from the second on
 * (moby/buildkit#2880), and Node's own piped stdin is a socket, which cannot be opened at all
 * (nodejs/node#21941).
 *
 * @param tell hears that secrets have to go through the child's environment instead
 */
export const withSecretChannel = async <T>(
  secrets: readonly BuildSecret[],
  tell: (message: string) => void,
  body: (channel: SecretChannel) => Promise<T>,
): Promise<T> => {
  const fds: number[] = []
  try {
    for (const { value } of secrets) fds.push(openMemoryFile(value.exposeBytes()))
  } catch (error) {
    for (const fd of fds) closeSync(fd)
    const why = (error as Error).message
    tell(
      `Anonymous files in memory do not work here (${why}): secrets reach buildx through its environment.`,
    )
    return body(byEnvironment(secrets))
  }
  try {
    return await body(byMemory(secrets, fds))
  } finally {
    for (const fd of fds) closeSync(fd)
  }
}
