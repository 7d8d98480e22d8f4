import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** A path of bytes, one character for each. */
const bytesOf = (path: string): Buffer => Buffer.from(path, 'latin1')

/** What a runtime puts into a container, or makes room for. */
const isRuntimes = (path: string): boolean =>
  /^(dev|proc|sys|run|\.dockerenv|etc\/(hosts|hostname|resolv\.conf|mtab))$/.test(path)

export type Tree = ReadonlyMap<string, string>

/** What counts of a folder that no layer names: a store may give it attributes, and always a time. */
export type Loose = 'type' | 'all but time'

const describe = (
  root: string,
  path: string,
  loose: Loose | undefined,
  first: Map<bigint, string>,
) => {
  const at = bytesOf(`${root}/${path}`)
  const status = lstatSync(at, { bigint: true, throwIfNoEntry: false })
  // Overlayfs lists whiteouts in folders that one layer alone has.
  if (status === undefined) return 'listed only'
  const { mode, uid, gid, ino, rdev, size, mtimeNs } = status
  const type = Number(mode) & 0o170000
  if (loose === 'type') return type.toString(8)
  if (loose !== undefined) return [mode.toString(8), uid, gid].join(' ')
  const isFolder = type === 0o040000
  const rest = [mode.toString(8), uid, gid, mtimeNs, rdev, ...(isFolder ? [] : [size])]
  // Link counts do not tell which names are one file: nodes have links to Docker's files.
  if (!isFolder) rest.push(first.get(ino) ?? '')
  if (!first.has(ino)) first.set(ino, `as ${path}`)
  if (type === 0o120000) rest.push(readlinkSync(at, 'latin1'))
  if (type === 0o100000) rest.push(createHash('sha256').update(readFileSync(at)).digest('hex'))
  return rest.join(' ')
}

/**
 * Everything below a folder: type, mode, owner, time, device, size, which names are one file, where links lead, content.
 *
 * @param loose paths of which not all counts
 */
export const readTree = (root: string, loose: ReadonlyMap<string, Loose> = new Map()): Tree => {
  const tree = new Map<string, string>()
  const first = new Map<bigint, string>()
  const walk = (folder: string): void => {
    for (const name of readdirSync(bytesOf(`${root}/${folder}`), { encoding: 'latin1' }).sort()) {
      const path = folder === '' ? name : `${folder}/${name}`
      if (isRuntimes(path)) continue
      // A runtime writes into this one.
      tree.set(path, describe(root, path, path === 'etc' ? 'type' : loose.get(path), first))
      const status = lstatSync(bytesOf(`${root}/${path}`), { throwIfNoEntry: false })
      if (status?.isDirectory() === true) walk(path)
    }
  }
  walk('')
  return tree
}

/** All extended attributes and ACLs of some paths below a folder, as tar writes them: a line for each record. */
export const readAttributes = (root: string, paths: Iterable<string>): readonly string[] => {
  const script = `cd "$1" && LC_ALL=C tar --create --null --no-recursion --files-from=- --acls --xattrs \\
    '--xattrs-include=*' '--xattrs-exclude=trusted.overlay.*' --format=posix`
  const input = bytesOf([...paths].map((path) => `./${path}\0`).join(''))
  const tar = execFileSync('bash', ['-c', script, 'bash', root], { input, maxBuffer: 2 ** 28 })
  return tar.toString('latin1').match(/path=[^\n]*|SCHILY\.[^\0]*?\n(?=\d+ |\0)/g) ?? []
}
