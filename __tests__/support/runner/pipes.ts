import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { closeSync, constants, openSync, unlinkSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

/**
 * Real pipes for the child's output, as the runner gives: Node's own `stdio: 'pipe'` are sockets,
 * and a program that opens /dev/stdout behaves differently on those.
 */
export interface ChildPipes {
  /**
   * For spawn. The runner gives a pipe as stdin and closes its end at once; /dev/null reads the
   * same, and unlike a FIFO without a writer it does not block whoever opens /dev/stdin again.
   */
  readonly stdio: ['ignore', number, number]
  readonly stdout: Readable
  readonly stderr: Readable
  /** Our copies of the child's ends; to be closed right after spawn. */
  readonly closeChildEnds: () => void
}

interface Ends {
  readonly read: number
  readonly write: number
}

/** A pipe without a name: a FIFO that is opened at both ends and unlinked. */
function openPipe(folder: string): Ends {
  const path = join(folder, `pipe-${randomUUID()}`)
  execFileSync('mkfifo', ['-m', '600', path])
  // Open for both first: opening one end alone would wait for the other.
  const keeper = openSync(path, constants.O_RDWR)
  const read = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const write = openSync(path, constants.O_WRONLY)
  closeSync(keeper)
  unlinkSync(path)
  return { read, write }
}

/** Opens both pipes; `folder` holds their names for a moment. */
export function openChildPipes(folder: string): ChildPipes {
  const stdout = openPipe(folder)
  const stderr = openPipe(folder)
  return {
    stdio: ['ignore', stdout.write, stderr.write],
    stdout: new Socket({ fd: stdout.read, readable: true, writable: false }),
    stderr: new Socket({ fd: stderr.read, readable: true, writable: false }),
    closeChildEnds: () => {
      for (const fd of [stdout.write, stderr.write]) closeSync(fd)
    },
  }
}
