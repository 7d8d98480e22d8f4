import { closeSync, fstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs'
import type { Hit } from '../places.ts'
import { allPids, descendantsOf, nameOf } from './processes.ts'
import type { Tokens } from './tokens.ts'

/** Nobody's token needs more; others' databases in memory do. */
const readBytes = 1024 * 1024

const readStart = (path: string): string => {
  const fd = openSync(path, 'r')
  try {
    if (!fstatSync(fd).isFile()) return ''
    const buffer = Buffer.alloc(readBytes)
    return buffer.toString('latin1', 0, readSync(fd, buffer, 0, readBytes, 0))
  } finally {
    closeSync(fd)
  }
}

const hasNoName = (target: string): boolean =>
  target.startsWith('/memfd:') || target.endsWith(' (deleted)')

const isInMemory = (target: string): boolean =>
  target.startsWith('/memfd:') || target.startsWith('/dev/shm/')

const orNothing = <T>(read: () => T, nothing: T): T => {
  try {
    return read()
  } catch {
    return nothing // It ended, or was closed, between the listing and the look.
  }
}

/** Files that no folder leads to any more, or never did: they live as long as they are open. */
const openWithoutName = (pid: number): readonly { path: string; target: string }[] =>
  orNothing(() => readdirSync(`/proc/${pid}/fd`), [])
    .map((fd) => `/proc/${pid}/fd/${fd}`)
    .map((path) => ({ path, target: orNothing(() => readlinkSync(path), '') }))
    .filter(({ target }) => hasNoName(target))

/**
 * Looks into files without a name.
 *
 * @param steps the main processes of the ways' steps; what they and their children hold in memory
 *   is theirs by design
 */
export const searchOpenFiles = (tokens: Tokens, steps: readonly number[]): readonly Hit[] => {
  const own = new Set([...steps, ...descendantsOf(steps)])
  return allPids().flatMap((pid) =>
    openWithoutName(pid).flatMap(({ path, target }) => {
      const place = own.has(pid) && isInMemory(target) ? 'own' : 'open'
      const where = `${target} of ${nameOf(pid)}`
      const content = orNothing(() => readStart(path), '')
      return tokens.waysIn(content).map((way): Hit => ({ way, place, moment: 'build', where }))
    }),
  )
}
