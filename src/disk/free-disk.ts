import { lstat, realpath, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { renderError } from '../failure.ts'
import type { Env } from '../host/command.ts'
import { runCaptured } from '../host/process.ts'
import type { CatalogEntry } from '../storage/catalog.ts'
import { formatBytes } from '../text/format.ts'

/** Which entries may go, and the free space at which to stop; undefined means all of them. */
export type Freeing = {
  readonly entries: readonly CatalogEntry[]
  readonly targetFreeBytes: number | undefined
}

type ChildContext = {
  /** What children inherit: never the step's inputs. */
  readonly env: Env
  /** Cancelled, nothing is waited for any more: what is being removed may go on by itself. */
  readonly signal: AbortSignal
}

/** The largest entry has some 100,000 files, and the disk may be slow. */
const timeoutMs = 15 * 60_000

export type Freed = { readonly name: string; readonly path: string; readonly bytes: number }

/** As `statfs` numbers it. */
const overlay = 0x794c7630

/** Why a catalog path stays; undefined means that it may go. */
const findObjection = async (path: string): Promise<string | undefined> => {
  const stat = await lstat(path).catch(() => undefined)
  if (stat === undefined) return 'not there'
  if (!stat.isDirectory()) return 'it is not a folder'
  if ((await realpath(path)) !== path) return 'its path has a symbolic link'
  // Of a job's container: the image keeps its bytes, and the job has chosen it for what it has.
  if ((await statfs(path)).type === overlay)
    return "it is of the job's container, and deleting it would free nothing"
  for (let parent = dirname(path), child = stat; ; parent = dirname(parent)) {
    const above = await lstat(parent)
    if (above.uid !== 0) return `${parent} does not belong to root`
    if (child === stat && above.dev !== stat.dev) return 'it is a mount'
    child = above
    if (parent === '/') return undefined
  }
}

const runAsRoot = (context: ChildContext, program: string, ...args: readonly string[]) => {
  const isRoot = process.getuid?.() === 0
  const command = isRoot
    ? { ...context, file: program, args, timeoutMs }
    : { ...context, file: 'sudo', args: ['-n', program, ...args], timeoutMs }
  // A machine may have no sudo at all.
  return runCaptured(command).catch(() => ({ code: 127, stdout: '' }))
}

/**
 * Bytes on the disk below a folder. Free space before and after would not tell: builds write
 * meanwhile. Whoever removes the folder next needs what this reads.
 */
const measureFolder = async (context: ChildContext, path: string): Promise<number> => {
  const flags = ['--summarize', '--one-file-system', '--block-size=1']
  const { stdout } = await runAsRoot(context, 'du', ...flags, '--', path)
  return Number(/^\d+/.exec(stdout)?.[0] ?? 0)
}

/** Moved aside first: a path that half exists would break whoever uses it meanwhile. */
const removeFolder = async (context: ChildContext, path: string): Promise<boolean> => {
  const aside = join(dirname(path), `.slipway-freed-${process.pid}`)
  const moved = await runAsRoot(context, 'mv', '--no-target-directory', '--', path, aside)
  if (moved.code !== 0) return false
  // --one-file-system: a mount somewhere inside is not part of the tool chain.
  const removed = await runAsRoot(context, 'rm', '-rf', '--one-file-system', '--', aside)
  return removed.code === 0
}

const freePath = async (
  context: ChildContext,
  name: string,
  path: string,
  log: (line: string) => void,
): Promise<readonly Freed[]> => {
  // The path may vanish between the checks.
  const objection = await findObjection(path).catch(renderError)
  if (objection !== undefined) {
    if (objection !== 'not there') log(`Kept ${path}: ${objection}.`)
    return []
  }
  const bytes = await measureFolder(context, path)
  if (context.signal.aborted) return []
  if (!(await removeFolder(context, path))) {
    log(`Could not remove ${path}; the step continues.`)
    return []
  }
  log(`Freed ${formatBytes(bytes)}: ${name} (${path}).`)
  return [{ name, path, bytes }]
}

/** Bytes that an ordinary user may still write to the filesystem that holds `path`. */
const freeBytesAt = async (path: string): Promise<number> => {
  const { bavail, bsize } = await statfs(path)
  return bavail * bsize
}

const hasEnough = async (freeing: Freeing, folder: string): Promise<boolean> =>
  freeing.targetFreeBytes !== undefined &&
  // Where nobody can say what is free, nothing more goes.
  (await freeBytesAt(folder).catch(() => Number.POSITIVE_INFINITY)) >= freeing.targetFreeBytes

/** With this a build can begin: it will not have written as much before more is free. */
const enoughToBegin = 4_000_000_000

/** Waits until builds have enough free disk to start, or nothing more is freed. */
export const waitForDisk = async (freeing: Promise<unknown>, folder: string): Promise<void> => {
  let hasEnded = false
  const ending = Promise.allSettled([freeing]).then(() => {
    hasEnded = true
  })
  // A daemon's folder that is not on this machine has room for all we know.
  const freeBytes = () => freeBytesAt(folder).catch(() => enoughToBegin)
  while (!hasEnded && (await freeBytes()) < enoughToBegin) {
    await Promise.race([ending, new Promise((resolve) => setTimeout(resolve, 500))])
  }
}

/**
 * Removes entries of the catalog, one after another, until the target is reached.
 *
 * @param folder one on the filesystem that is to have room
 */
export const freeDisk = async (
  freeing: Freeing,
  folder: string,
  env: ChildContext['env'],
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<readonly Freed[]> => {
  const freed: Freed[] = []
  const all = freeing.entries.flatMap(({ name, paths }) => paths.map((path) => ({ name, path })))
  for (const { name, path } of all) {
    if (signal.aborted || (await hasEnough(freeing, folder))) break
    freed.push(...(await freePath({ env, signal }, name, path, log)))
  }
  return freed
}
