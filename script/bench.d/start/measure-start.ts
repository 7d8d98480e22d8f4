import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Session } from '../host/session.ts'
import { mainFile, makeStep } from '../host/step.ts'

/**
 * Starts the bundled action with a socket in Docker's place that nobody answers at.
 *
 * @returns milliseconds from the start of its process to its first call
 * @throws {Error} with what it printed when it ended without one
 */
export const measureStart = async (
  { tempDir, signal }: Session,
  inputs: Readonly<Record<string, string>>,
): Promise<number> => {
  const { temp, env } = makeStep(tempDir, inputs)
  writeFileSync(join(temp, 'Dockerfile'), 'FROM scratch\n')
  mkdirSync(join(temp, 'home'))
  const socket = join(temp, 'docker.sock')
  const server = createServer().listen(socket)
  await once(server, 'listening', { signal })
  const begun = performance.now()
  const called = once(server, 'connection', { signal }).then(() => performance.now() - begun)
  const child = spawn(process.execPath, [mainFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...env,
      PATH: process.env['PATH'],
      HOME: join(temp, 'home'),
      DOCKER_HOST: `unix://${socket}`,
    },
  })
  const ended = once(child, 'close')
  const printed = text(child.stdout)
  try {
    const none = ended.then(async () => {
      throw new Error(`the step ended without a call to Docker: ${await printed}`)
    })
    return await Promise.race([called, none])
  } finally {
    child.kill('SIGKILL')
    await ended
    server.close()
    rmSync(temp, { recursive: true, force: true })
  }
}
