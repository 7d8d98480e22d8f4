import { closeSync, openSync, readdirSync, readSync } from 'node:fs'
import type { Hit } from '../places.ts'
import { allPids, nameOf } from './processes.ts'
import type { Tokens } from './tokens.ts'

/** A build's context would be cut off somewhere, too; nothing that belongs to one process is longer. */
const readBytes = 1024 * 1024

/** Memory itself, and long tables of it: a context has no room for the first, and the others hold no text. */
const skipped = new Set(['mem', 'pagemap', 'clear_refs', 'smaps', 'numa_maps', 'maps'])

const orNothing = <T>(read: () => T, nothing: T): T => {
  try {
    return read()
  } catch {
    return nothing // It ended between the listing and the look, or is not to be read.
  }
}

const readStart = (path: string): string => {
  const fd = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(readBytes)
    let end = 0
    // These files are read in pieces.
    for (let read = -1; read !== 0 && end < readBytes; end += read) {
      read = readSync(fd, buffer, end, readBytes - end, null)
    }
    return buffer.toString('latin1', 0, end)
  } finally {
    closeSync(fd)
  }
}

const filesIn = (folder: string): readonly string[] =>
  orNothing(() => readdirSync(folder, { withFileTypes: true }), [])
    .filter((entry) => entry.isFile() && !skipped.has(entry.name))
    .map(({ name }) => `${folder}/${name}`)

/**
 * What a build finds that has `/proc` as its context, in a PID namespace that it shares with the step:
 * all files of all processes, the step's own among them.
 */
export const searchProc = (tokens: Tokens): readonly Hit[] =>
  allPids().flatMap((pid) => {
    const folder = `/proc/${pid}`
    return filesIn(folder).flatMap((path) => {
      const where = `${path} of ${nameOf(pid)}`
      const toHits = (way: string): readonly Hit[] => [
        { way, place: 'proc', moment: 'build', where },
        ...(path === `${folder}/environ`
          ? [{ way, place: 'environ', moment: 'build', where } as const]
          : []),
      ]
      return tokens.waysIn(orNothing(() => readStart(path), '')).flatMap(toHits)
    })
  })
