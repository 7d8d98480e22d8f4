import { readFileSync } from 'node:fs'
import { attempt } from '../failure.ts'

/**
 * The fields of a process's `stat` (proc(5)) from the third on, so that `[0]` is the state: the second one, a name in
 * brackets, may hold anything. None for a process that is not there, and on other systems.
 */
export const statFieldsOf = (pid: number | string): readonly string[] =>
  attempt(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  }) ?? []
