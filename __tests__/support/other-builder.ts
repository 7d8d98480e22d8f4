import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startLine } from './builder-line.ts'

const run = promisify(execFile)

/** A builder that shares neither images nor cache with the daemon of the tests. */
export type OtherBuilder = {
  /** For the step's BUILDX_CONFIG: there this builder is in use. */
  readonly config: string
  /** Where its BuildKit listens. */
  readonly endpoint: string
  /** Bytes that have come from it so far. */
  readonly sentBytes: () => number
  readonly remove: () => Promise<void>
}

const socketOf = (engine: string): string => {
  const shell = `eval "$(script/testbed --engine ${engine} env)"; printf %s "$DOCKER_HOST"`
  return execFileSync('bash', ['-c', shell], { encoding: 'utf8' }).replace(/^unix:\/\//, '')
}

/**
 * Makes the BuildKit of another daemon a remote builder. Images of BuildKit cannot be had here, so
 * this stands for a builder in a container: what it makes comes out as a tar.
 */
export const startOtherBuilder = async (): Promise<OtherBuilder> => {
  execFileSync('bash', ['script/testbed', '--engine', 'containerd', 'up'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const socketPath = socketOf('containerd')
  const line = await startLine(socketPath)
  const config = await mkdtemp(join(tmpdir(), 'other-builder-'))
  const { endpoint, sentBytes } = line
  const env = { ...process.env, BUILDX_CONFIG: config }
  const create = ['buildx', 'create', '--name=other', '--driver=remote', '--use', endpoint]
  await run('docker', create, { env })
  return {
    config,
    endpoint,
    sentBytes,
    remove: async () => {
      await run('docker', ['buildx', 'rm', 'other'], { env }).catch(() => {})
      line.close()
      await rm(config, { recursive: true })
    },
  }
}
