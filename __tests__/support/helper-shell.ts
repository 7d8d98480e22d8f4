import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { joinScript } from '../../src/load/helper.ts'

const run = promisify(execFile)

/** What the helper's parts expect to be there, for functions that are called without a whole load. */
const prelude = `set -euo pipefail
export LC_ALL=C
umask 022
work=$1 own=$1/own staging=$1/staging run=test
mkdir -p "$own" "$staging/$run/to" "$work/layers" "$work/blobs/sha256"
die() { one_line "$*" >&2; exit 1; }
`

/**
 * Calls functions of the helper's own scripts, in a folder that takes the place of its working and its
 * staging folder.
 *
 * @returns what went to both outputs, and with what the shell ended
 */
export const callHelper = async (
  parts: readonly string[],
  folder: string,
  script: string,
): Promise<{ readonly code: number; readonly said: string }> => {
  const whole = [joinScript(...parts), prelude, script].join('\n')
  try {
    // Its input is a socket, for which it may take itself for a remote shell and read what is its user's.
    const args = ['--norc', '-c', whole, 'helper', folder]
    const { stdout, stderr } = await run('bash', args, { timeout: 60_000 })
    return { code: 0, said: stdout + stderr }
  } catch (cause) {
    const { code, stdout, stderr } = cause as { code: number; stdout: string; stderr: string }
    return { code, said: stdout + stderr }
  }
}
