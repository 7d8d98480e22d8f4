import { runCaptured } from './process.ts'

/**
 * Keeps secrets out of core dumps of this process and of the children that it starts from now on. One
 * byte, not none: the kernel then writes no file and starts no collector either (core(5)); a limit of
 * none would be ignored for collectors. Node cannot set limits, util-linux can.
 */
export const forbidCoreDumps = async (env: Readonly<Record<string, string>>): Promise<void> => {
  const args = [`--pid=${process.pid}`, '--core=1:1']
  await runCaptured({ file: 'prlimit', args, env, timeoutMs: 5_000 }).catch(() => undefined)
}
