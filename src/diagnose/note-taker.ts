import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** All that a process beside the job needs to reach Docker; the last lets the runner end it. */
const wanted = /^(PATH|HOME|USER|DOCKER_.*|SSH_AUTH_SOCK|XDG_RUNTIME_DIR|RUNNER_TRACKING_ID)$/

/**
 * Starts a process that goes on after the step has ended, until the notes' folder is gone. That it
 * may not start costs names of pods, and nothing else.
 */
export const startNoteTaker = (folder: string, env: Readonly<Record<string, string>>): void => {
  const script = fileURLToPath(new URL('./note-taker.js', import.meta.url))
  const child = spawn(process.execPath, ['--max-old-space-size=64', script, folder], {
    cwd: '/',
    env: Object.fromEntries(Object.entries(env).filter(([name]) => wanted.test(name))),
    stdio: 'ignore',
    detached: true,
  })
  child.on('error', () => {})
  child.unref()
}
