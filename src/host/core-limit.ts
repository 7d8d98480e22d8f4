import { existsSync } from 'node:fs'
import type { Env } from './command.ts'

/**
 * Keeps secrets out of core dumps of this process and of the children that it starts from now on. One
 * byte, not none: the kernel then writes no file and starts no collector either (core(5)); a limit of
 * none would be ignored for collectors. Node cannot set limits, util-linux can.
 */
export const forbidCoreDumps = async (env: Env): Promise<void> => {
  const args = [`--pid=${process.pid}`, '--core=1:1']
  const options = { env: { ...env }, silent: true, ignoreReturnCode: true }
  // Found by us: the toolkit prints a line for each folder of the PATH that it may not look into.
  const file = ['/usr/bin/prlimit', '/bin/prlimit'].find(existsSync)
  // Without util-linux it stays as it is.
  if (file === undefined) return
  // The command line starts without the toolkit.
  const { exec } = await import('@actions/exec')
  await exec(file, args, options).catch(() => undefined)
}
