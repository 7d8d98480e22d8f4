import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { documentsReader, joinScript } from '../../src/load/helper.ts'
import { eventually } from './eventually.ts'

/** How a helper that read requests has ended. */
export type HelperEnd = {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A helper that is still there. */
export type HelperProcess = {
  /** What it has printed so far. */
  readonly printed: () => string
  readonly write: (text: string) => void
  /** Ends its input, as the end of the action does. */
  readonly hangUp: () => void
  readonly end: Promise<HelperEnd>
}

/**
 * Starts the helper as far as it speaks with the action: it reads its request, and does what the test says in
 * place of a load. Its input stays open.
 *
 * @param body gets `$1`, a folder of the test's own
 */
export const startHelper = (folder: string, body: string): HelperProcess => {
  const parts = ['request', 'record', 'lists', 'client', 'source', 'node', 'names']
  const given = `set -- "$3"; node=''; mkdir -p "$work/blobs/sha256"`
  const script = [joinScript(...parts), given, body].join('\n')
  const args = ['-c', script, 'helper', 'no program', documentsReader(), folder]
  // A group of its own: what waits for the deadline would outlive it, which in a container it cannot.
  const child = spawn('bash', args, { detached: true, stdio: 'pipe' })
  const { pid = 0 } = child
  child.stdin.on('error', () => {})
  let printed = ''
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
  })
  const stderr = text(child.stderr)
  const end = new Promise<HelperEnd>((resolve) => {
    child.once('exit', () => {
      try {
        process.kill(-pid, 'SIGKILL')
      } catch {
        // None of its group is left.
      }
    })
    // What it printed last may be in a pipe still when it has exited.
    child.once('close', (code) => {
      void stderr.then((said) => resolve({ code, stdout: printed, stderr: said }))
    })
  })
  return {
    printed: () => printed,
    write: (line) => child.stdin.write(line),
    hangUp: () => child.stdin.end(),
    end,
  }
}

/** Waits until the helper has printed something. */
export const untilPrinted = (helper: HelperProcess, wanted: string): Promise<void> =>
  eventually(`the helper prints ${JSON.stringify(wanted)}`, async () =>
    helper.printed().includes(wanted),
  )
