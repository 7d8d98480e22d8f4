import { randomBytes } from 'node:crypto'
import { closeSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Docker } from '../docker/docker.ts'
import { isDirect } from '../docker/programs.ts'
import { openMemoryFile } from '../host/memory-file.ts'

/** How buildx comes to a file in memory: as its standard input, or through a descriptor of ours. */
export type WayIn = 'stdin' | 'descriptor'

const timeoutMs = 20_000

/** Has buildx read a file that holds no secret, in the way in which it is to read secrets. */
const arrives = async (docker: Docker, way: WayIn): Promise<boolean> => {
  const name = `probe-${randomBytes(8).toString('hex')}`
  const fd = openMemoryFile(Buffer.from(JSON.stringify({ target: { [name]: {} } })))
  try {
    const args = ['buildx', 'bake', '--print', `--file=${toPath(way, fd)}`, '--', name]
    const { code, stdout } = await docker.try(args, { timeoutMs, stdin: { fd } })
    return code === 0 && stdout.includes(`"${name}"`)
  } finally {
    closeSync(fd)
  }
}

/** The path by which a child opens a descriptor of ours. */
export const toPath = (way: WayIn, fd: number): string =>
  way === 'stdin' ? '/dev/stdin' : `/proc/${process.pid}/fd/${fd}`

/**
 * Finds out how a file in memory reaches buildx. What stands before docker, such as a script on the
 * PATH, may close its standard input, and a secret would be empty without a word; or run it as
 * another user or in a container, where our descriptors are not to be seen.
 *
 * @returns undefined where there is no way
 */
export const findWayIn = async (docker: Docker): Promise<WayIn | undefined> => {
  if (isDirect(docker.command([]).env) || (await arrives(docker, 'stdin'))) return 'stdin'
  return (await arrives(docker, 'descriptor')) ? 'descriptor' : undefined
}

const variable = 'SLIPWAY_PROBE'

/**
 * The same for the environment.
 *
 * @param tempDir a folder of the step's own
 */
export const passesEnvironment = async (docker: Docker, tempDir: string): Promise<boolean> => {
  if (isDirect(docker.command([]).env)) return true
  const value = randomBytes(8).toString('hex')
  const file = join(tempDir, 'probe.hcl')
  const target = `target "probe" { args = { VALUE = ${variable} } }`
  writeFileSync(file, `variable "${variable}" { default = "" }\n${target}\n`, { mode: 0o600 })
  const args = ['buildx', 'bake', '--print', `--file=${file}`, '--', 'probe']
  const { code, stdout } = await docker.try(args, { timeoutMs, env: { [variable]: value } })
  return code === 0 && stdout.includes(value)
}
