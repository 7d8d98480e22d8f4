import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Session } from '../host/session.ts'
import { mainFile, makeStep } from '../host/step.ts'

const cliFile = fileURLToPath(new URL('../../../cli/dist/cli.js', import.meta.url))

/** A step of the action, or a line for the command line. */
export type Started =
  | { readonly inputs: Readonly<Record<string, string>> }
  | { readonly argv: readonly string[] }

/**
 * Starts the bundled action, or the command line, with a socket in Docker's place that nobody answers at.
 *
 * @returns milliseconds from the start of its process to its first call
 * @throws {Error} with what it printed when it ended without one
 */
export const measureStart = async (
  { tempDir, signal }: Session,
  started: Started,
): Promise<number> => {
  const isStep = 'inputs' in started
  const { temp, env } = makeStep(tempDir, isStep ? started.inputs : {})
  const args = isStep ? [mainFile] : [cliFile, ...started.argv]
  writeFileSync(join(temp, 'Dockerfile'), 'FROM scratch\n')
  mkdirSync(join(temp, 'home'))
  const socket = join(temp, 'docker.sock')
  const server = createServer().listen(socket)
  await once(server, 'listening', { signal })
  const begun = performance.now()
  const called = once(server, 'connection', { signal }).then(() => performance.now() - begun)
  const child = spawn(process.execPath, args, {
    cwd: temp,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...(isStep && env),
      PATH: process.env['PATH'],
      HOME: join(temp, 'home'),
      // Where the last one, which was killed, left what the next would first remove.
      TMPDIR: temp,
      DOCKER_HOST: `unix://${socket}`,
    },
  })
  const ended = once(child, 'close')
  const printed = text(child.stdout)
  try {
    const none = ended.then(async () => {
      throw new Error(`it ended without a call to Docker: ${await printed}`)
    })
    return await Promise.race([called, none])
  } finally {
    child.kill('SIGKILL')
    await ended
    server.close()
    rmSync(temp, { recursive: true, force: true })
  }
}

/** Milliseconds until the command line has printed its help and ended. */
export const measureHelp = async ({ signal }: Session): Promise<number> => {
  const begun = performance.now()
  const child = spawn(process.execPath, [cliFile, '--help'], { stdio: 'ignore', signal })
  await once(child, 'close')
  return performance.now() - begun
}
