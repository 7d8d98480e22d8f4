import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { attempt } from '../../failure.ts'
import { readOwnFile, writeOwnFile } from '../../host/own-folder.ts'
import { readRegularFile } from '../../host/read-file.ts'

/**
 * All that a process beside the job needs to reach Docker; the last lets the runner end it. No more of
 * the step's variables: later steps can read them for as long as it runs.
 */
const wanted =
  /^(PATH|HOME|USER|DOCKER_(HOST|CONTEXT|CONFIG|CERT_PATH|TLS|TLS_VERIFY|API_VERSION)|SSH_AUTH_SOCK|XDG_RUNTIME_DIR|RUNNER_TRACKING_ID)$/

const pidFile = 'pid'

/**
 * Starts a process that goes on after the step has ended, until somebody ends it or the recording's folder
 * is gone. That it may not start costs names of pods, and nothing else.
 */
export const startRecorder = (folder: string, env: Readonly<Record<string, string>>): void => {
  const script = fileURLToPath(new URL('./recorder.js', import.meta.url))
  const child = spawn(process.execPath, ['--max-old-space-size=64', script, folder], {
    cwd: '/',
    env: Object.fromEntries(Object.entries(env).filter(([name]) => wanted.test(name))),
    stdio: 'ignore',
    detached: true,
  })
  child.on('error', () => {})
  child.unref()
  if (child.pid !== undefined) writeOwnFile(folder, pidFile, `${child.pid}`)
}

/** Numbers of processes are used again: it is ours only as long as it was started for this folder. */
const isIts = (pid: number, folder: string): boolean => {
  const line = attempt(() => readRegularFile(`/proc/${pid}/cmdline`).toString('utf8'))
  return line?.split('\0').includes(folder) === true
}

const patienceMs = 2_000
/** It ends within milliseconds, and every post waits for it. */
const pauseMs = 5

/** Ends it and waits for that, so that the runner finds nothing to end. */
export const endRecorder = async (folder: string): Promise<void> => {
  const pid = Number(readOwnFile(folder, pidFile))
  if (!Number.isInteger(pid) || pid < 2 || !isIts(pid, folder)) return
  try {
    process.kill(pid, 'SIGTERM')
  } catch {
    return // It has just ended by itself.
  }
  const deadline = performance.now() + patienceMs
  while (isIts(pid, folder) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}
