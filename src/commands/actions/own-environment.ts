import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'
import { statFieldsOf } from '../../host/proc-stat.ts'

/** Where in this process's memory the kernel has put the environment that it was started with. */
type Block = { readonly start: number; readonly end: number }

/** More than the kernel lets anybody pass. */
const largestBytes = 64 * 1024 * 1024

/** Fields 50 and 51 of proc_pid_stat(5). */
const findBlock = (): Block => {
  const fields = statFieldsOf('self')
  // Addresses of a process end below 2^47, which a number holds exactly.
  const [start, end] = [Number(fields[47]), Number(fields[48])]
  const isSound = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start > 0
  if (!isSound || end < start || end - start > largestBytes) {
    throw new Error('/proc/self/stat does not say where it is')
  }
  return { start, end }
}

/** Where values lie in a block of `NAME=value` entries, each of which ends with a zero. */
export const findValues = (
  block: Buffer,
  isMeant: (name: string) => boolean,
): readonly { readonly start: number; readonly end: number }[] => {
  const found: { start: number; end: number }[] = []
  for (let start = 0, end = 0; start < block.length; start = end + 1) {
    end = block.indexOf(0, start)
    if (end < 0) end = block.length
    const sign = block.indexOf('=', start)
    if (sign < start || sign >= end || sign + 1 === end) continue
    if (isMeant(block.toString('utf8', start, sign))) found.push({ start: sign + 1, end })
  }
  return found
}

const wipe = (memory: number, { start, end }: Block, isMeant: (name: string) => boolean): void => {
  const read = (): Buffer => {
    const block = Buffer.alloc(end - start)
    return block.subarray(0, readSync(memory, block, 0, block.length, start))
  }
  for (const value of findValues(read(), isMeant)) {
    const length = value.end - value.start
    writeSync(memory, Buffer.alloc(length), 0, length, start + value.start)
  }
  if (findValues(read(), isMeant).length > 0) throw new Error('it stays as it is')
}

/**
 * Overwrites values in the environment that this process was started with. Taking a variable out of
 * `process.env` leaves it there, and whoever may read `/proc/PID/environ` has it as long as we run:
 * a build, too, whose context is `/proc`.
 *
 * @returns why that was not possible, if it was not
 */
export const wipeVariables = (isMeant: (name: string) => boolean): string | undefined => {
  let memory: number | undefined
  try {
    const block = findBlock()
    memory = openSync('/proc/self/mem', constants.O_RDWR)
    wipe(memory, block, isMeant)
    return undefined
  } catch (error) {
    return (error as Error).message
  } finally {
    if (memory !== undefined) closeSync(memory)
  }
}
