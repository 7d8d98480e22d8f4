import { attempt } from '../failure.ts'
import { statFieldsOf } from './proc-stat.ts'

/** A process, by its number and by when it started: numbers come back. */
export type Running = { readonly pid: number; readonly start: string }

/** The 22nd field; empty on other systems. */
export const startOf = (pid: number): string => statFieldsOf(pid)[19] ?? ''

/** One that has ended, and that nobody has asked for its exit code, has a number still. */
const hasEnded = (pid: number): boolean => /^[ZX]$/.test(statFieldsOf(pid)[0] ?? '')

export const isRunning = ({ pid, start }: Running): boolean => {
  const isThere = attempt(() => process.kill(pid, 0)) ?? false
  return isThere && startOf(pid) === start && !hasEnded(pid)
}
