import { lstat, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { exec } from '@actions/exec'
import type { CatalogEntry } from './catalog.ts'
import { freeBytesAt } from './free-space.ts'
import type { Freeing } from './plan-freeing.ts'

/** What children inherit: never the step's inputs. */
type Env = Readonly<Record<string, string>>

export type Freed = { readonly name: string; readonly path: string; readonly bytes: number }

/** Why a catalog path is left alone; undefined means that it may go. */
const findObjection = async (path: string): Promise<string | undefined> => {
  const stat = await lstat(path).catch(() => undefined)
  if (stat === undefined) return 'not there'
  if (!stat.isDirectory()) return 'not a folder'
  if ((await realpath(path)) !== path) return 'reached through a symbolic link'
  for (let parent = dirname(path), child = stat; ; parent = dirname(parent)) {
    const above = await lstat(parent)
    if (above.uid !== 0) return `${parent} does not belong to root`
    if (child === stat && above.dev !== stat.dev) return 'a mount of its own'
    child = above
    if (parent === '/') return undefined
  }
}

const runAsRoot = async (env: Env, file: string, ...args: readonly string[]): Promise<number> => {
  const argv = process.getuid?.() === 0 ? [file, ...args] : ['sudo', '-n', file, ...args]
  const [program = file, ...rest] = argv
  return exec(program, rest, { env: { ...env }, silent: true, ignoreReturnCode: true })
}

/** Moved aside first: a path that half exists would break whoever looks at it meanwhile. */
const removeFolder = async (env: Env, path: string): Promise<boolean> => {
  const aside = join(dirname(path), `.slipway-freed-${process.pid}`)
  if ((await runAsRoot(env, 'mv', '--no-target-directory', '--', path, aside)) !== 0) return false
  // --one-file-system: a mount somewhere inside is not part of the tool chain.
  return (await runAsRoot(env, 'rm', '-rf', '--one-file-system', '--', aside)) === 0
}

const freePath = async (
  env: Env,
  name: string,
  path: string,
  log: (line: string) => void,
): Promise<readonly Freed[]> => {
  const objection = await findObjection(path)
  if (objection !== undefined) {
    if (objection !== 'not there') log(`Left ${path} alone: ${objection}.`)
    return []
  }
  const before = await freeBytesAt(dirname(path))
  if (!(await removeFolder(env, path))) {
    log(`Could not remove ${path}; going on without.`)
    return []
  }
  const bytes = Math.max(0, (await freeBytesAt(dirname(path))) - before)
  log(`Freed ${(bytes / 1e9).toFixed(1)} GB: ${name} (${path}).`)
  return [{ name, path, bytes }]
}

const hasEnough = async (freeing: Freeing, dataRoot: string): Promise<boolean> =>
  freeing.targetFreeBytes !== undefined && (await freeBytesAt(dataRoot)) >= freeing.targetFreeBytes

/** Removes entries of the catalog, one after another, until the target is reached. */
export const freeDisk = async (
  freeing: Freeing,
  dataRoot: string,
  env: Env,
  log: (line: string) => void,
): Promise<readonly Freed[]> => {
  const freed: Freed[] = []
  const paths = freeing.entries.flatMap((entry: CatalogEntry) =>
    entry.paths.map((path) => ({ name: entry.name, path })),
  )
  for (const { name, path } of paths) {
    if (await hasEnough(freeing, dataRoot)) break
    freed.push(...(await freePath(env, name, path, log)))
  }
  return freed
}
