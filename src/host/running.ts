import { readFileSync } from 'node:fs'
import { attempt } from '../failure.ts'

/** A process, by its number and by when it started: numbers come back. */
export type Running = { readonly pid: number; readonly start: string }

/** proc(5): the fields of `stat` from the third on, behind a name in brackets; none on other systems. */
const fieldsOf = (pid: number): readonly string[] =>
  attempt(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  }) ?? []

/** The 22nd field; empty on other systems. */
export const startOf = (pid: number): string => fieldsOf(pid)[19] ?? ''

/** One that has ended, and that nobody has asked for its exit code, has a number still. */
const hasEnded = (pid: number): boolean => /^[ZX]$/.test(fieldsOf(pid)[0] ?? '')

export const isRunning = ({ pid, start }: Running): boolean => {
  const isThere = attempt(() => process.kill(pid, 0)) ?? false
  return isThere && startOf(pid) === start && !hasEnded(pid)
}
