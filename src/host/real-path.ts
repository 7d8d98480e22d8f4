import { lstatSync, readlinkSync } from 'node:fs'
import { resolve } from 'node:path'
import { attempt } from '../failure.ts'

/** Go's limit, which is beyond the kernel's. */
const mostLinks = 255

const isLink = (path: string): boolean =>
  // Not there, or out of reach for this user, and so for what this user starts.
  attempt(() => lstatSync(path).isSymbolicLink()) ?? false

/** There each process sees something else, so nobody can say for another one where a link leads. */
const isOfProcess = (path: string): boolean => /^\/proc(\/|$)/.test(path)

/**
 * Where a path leads when every link is followed, also where its end is not there yet. `..` goes up
 * from where a link led, as for the kernel.
 *
 * @param path absolute
 */
const follow = (path: string): string => {
  const parts = path.split('/').reverse()
  let at = ''
  let links = 0
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    if (part === '' || part === '.') continue
    if (part === '..') {
      at = at.slice(0, Math.max(at.lastIndexOf('/'), 0))
      continue
    }
    const next = `${at}/${part}`
    if (isOfProcess(next) || !isLink(next)) {
      at = next
      continue
    }
    links += 1
    if (links > mostLinks) return '/'
    const target = readlinkSync(next)
    if (target.startsWith('/')) at = ''
    parts.push(...target.split('/').reverse())
  }
  return at === '' ? '/' : at
}

/**
 * Where a path may lead, each program following its own rule: `..` is taken out of it before links
 * are followed, or after.
 *
 * @param base where a relative path starts
 */
export const toRealPaths = (path: string, base: string): readonly string[] => {
  const tidied = follow(resolve(base, path))
  const asWritten = follow(path.startsWith('/') ? path : `${base}/${path}`)
  return asWritten === tidied ? [tidied] : [tidied, asWritten]
}

const isWithin = (path: string, folder: string): boolean =>
  path === folder || folder === '/' || path.startsWith(`${folder}/`)

/**
 * The first place that a path may lead to and that is in none of the folders; undefined where it stays
 * within.
 *
 * @param folders real paths
 */
export const findOutside = (
  path: string,
  base: string,
  folders: readonly string[],
): string | undefined =>
  toRealPaths(path, base).find((real) => !folders.some((folder) => isWithin(real, folder)))
