import { readdirSync, readFileSync } from 'node:fs'

export const allPids = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)

const parentOf = (pid: number): number => {
  try {
    // The command's name, in brackets, may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')
    return Number(fields[1])
  } catch {
    return 0
  }
}

/** A process's children, theirs, and so on. */
export const descendantsOf = (roots: readonly number[]): readonly number[] => {
  const parents = allPids().map((pid) => [pid, parentOf(pid)] as const)
  const found: number[] = []
  for (let layer = roots; layer.length > 0; ) {
    layer = parents.filter(([, parent]) => layer.includes(parent)).map(([pid]) => pid)
    found.push(...layer)
  }
  return found
}

/** For people: the program and its first argument, without anything secret. */
export const nameOf = (pid: number): string => {
  try {
    return `${pid} (${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()})`
  } catch {
    return `${pid}`
  }
}
