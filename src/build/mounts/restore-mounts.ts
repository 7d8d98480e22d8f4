import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Docker } from '../../docker/docker.ts'
import { Failure, renderError } from '../../failure.ts'
import { doAtOnce } from '../../host/at-once.ts'
import type { Env } from '../../host/command.ts'
import { readRegularFile } from '../../host/read-file.ts'
import type { StoredFile } from '../../store/entry.ts'
import type { EntryCache } from '../../store/entry-cache.ts'
import { createFileStore } from '../../store/file-store.ts'
import { leastOwnBytes } from '../../store/layers.ts'
import { restoreEntry } from '../../store/restore-entry.ts'
import { formatBytes, formatCount, formatDuration } from '../../text/format.ts'
import { toLine } from '../../text/to-line.ts'
import type { CacheMount } from '../dockerfile/cache-mounts.ts'
import { runMountStep } from './builder-step.ts'
import { toMountStart } from './choose-mounts.ts'
import { findPresent } from './find-present.ts'
import { emptyIndex, type MountIndex, parseIndex, renderIndex, toStored } from './mount-index.ts'
import { bytesOf, filesOf, mostItems, mostMountBytes, mostTreeBytes } from './tree.ts'

/** What keeping and restoring need of a run. */
export type MountPorts = {
  readonly docker: Docker
  readonly cache: EntryCache
  readonly env: Env
  /** A folder of the run's own, on a disk, for both. */
  readonly folder: string
  readonly line: (text: string) => void
  readonly warn: (text: string) => void
  readonly signal: AbortSignal
}

/** A cache mount that the builder got from us, full or empty, and what was in it. */
export type RestoredMount = {
  readonly mount: CacheMount
  readonly index: MountIndex
  /** In seconds; what has not changed since is what the index says. 0 where nothing is known. */
  readonly time: number
}

const input = 'cache-mounts'

/** Downloads take memory, and share one network. */
const atOnce = 2

export const toFilesFolder = ({ folder }: MountPorts): string => join(folder, 'files')

const toOrder = (ports: MountPorts) => ({ ...ports, folder: toFilesFolder(ports), input })

/** The entry with the index has small files, too: which they are, only the index says. */
const findIndex = async (mount: CacheMount, ports: MountPorts): Promise<MountIndex | undefined> => {
  const start = toMountStart(mount)
  let [count, bytes] = [0, 0]
  const find = (sha256: string, sizeBytes: number): StoredFile => {
    count += 1
    bytes += sizeBytes
    if (count > mostItems || bytes > mostMountBytes + mostTreeBytes)
      throw new Failure('It has more than Slipway keeps of a cache mount')
    return { sha256, sizeBytes }
  }
  const key = await restoreEntry([start, start], { part: undefined, find }, toOrder(ports))
  if (key === undefined) return undefined
  try {
    const digest = key.slice(start.length)
    if (!key.startsWith(start) || !/^[0-9a-f]{64}$/.test(digest))
      throw new Failure('It has no name that Slipway gives')
    const text = readRegularFile(join(toFilesFolder(ports), digest), mostTreeBytes)
    return parseIndex(text.toString('utf8'), key)
  } catch (error) {
    ports.warn(`${input}: the entry ${toLine(key, 200)} is not used: ${renderError(error)}`)
    return undefined
  }
}

/** @returns whether all files are there now */
const bringFiles = async ({ items, places }: MountIndex, ports: MountPorts): Promise<boolean> => {
  const store = createFileStore(toFilesFolder(ports))
  const missing = async (files: readonly StoredFile[]): Promise<readonly StoredFile[]> => {
    const left: StoredFile[] = []
    for (const file of files) if (!(await store.has(file.sha256, file.sizeBytes))) left.push(file)
    return left
  }
  const left = await missing(toStored(items))
  const entries = [...Map.groupBy(left, ({ sha256 }) => places.get(sha256)?.key ?? '')]
  await doAtOnce(entries, atOnce, async ([key, files]) => {
    const wanted = new Map(files.map((file) => [file.sha256, file]))
    const find = (sha256: string): StoredFile | undefined => wanted.get(sha256)
    await restoreEntry([key], { part: undefined, find }, toOrder(ports))
  })
  return (await missing(left)).length === 0
}

/** All of what is kept, or nothing: tools may take half a cache for a whole one. */
const bring = async (mount: CacheMount, ports: MountPorts): Promise<MountIndex> => {
  const index = await findIndex(mount, ports)
  if (index === undefined) return emptyIndex
  if (await bringFiles(index, ports)) return index
  ports.line(`${input}: ${mount.id}: not all of its files are in the cache, so it starts empty.`)
  return emptyIndex
}

/** What is never packed again need not lie here for the rest of the run. */
const dropLarge = async (restored: readonly RestoredMount[], ports: MountPorts): Promise<void> => {
  const large = restored
    .flatMap(({ index }) => toStored(index.items))
    .filter(({ sizeBytes }) => sizeBytes >= leastOwnBytes)
  for (const { sha256 } of large) await rm(join(toFilesFolder(ports), sha256), { force: true })
}

const put = async (
  found: readonly RestoredMount[],
  ports: MountPorts,
): Promise<readonly RestoredMount[]> => {
  const full = found.filter(({ index }) => index.items.length > 0)
  if (full.length === 0) return found
  const out = await runMountStep({
    ...{ ...ports, folder: join(ports.folder, 'restore'), files: toFilesFolder(ports) },
    mounts: full.map(({ mount }) => mount),
    trees: full.map(({ index }) => renderIndex(index)),
    args: ['restore', `${full.length}`],
  })
  const times = readRegularFile(join(out, 'times')).toString().split(' ').map(Number)
  return found.map((each) => ({ ...each, time: times[full.indexOf(each)] || 0 }))
}

/** The program found files in it, and left it as it was. */
const wasFull = ({ index, time }: RestoredMount): boolean => index.items.length > 0 && time === 0

/**
 * Puts what earlier runs kept into cache mounts that the builder lacks. Never fails: a cache saves time, and
 * nothing else.
 *
 * @returns those that may be kept later
 */
export const restoreMounts = async (
  mounts: readonly CacheMount[],
  ports: MountPorts,
): Promise<readonly RestoredMount[]> => {
  const { line, warn, signal } = ports
  const began = performance.now()
  try {
    await mkdir(toFilesFolder(ports), { mode: 0o700, recursive: true })
    const present = await findPresent(ports.docker, mounts)
    for (const { id } of present) line(`${input}: ${id}: the builder has it.`)
    const found = await Promise.all(
      mounts
        .filter((each) => !present.includes(each))
        .map(async (mount) => ({ mount, index: await bring(mount, ports), time: 0 })),
    )
    const tried = await put(found, ports)
    await dropLarge(tried, ports)
    const took = formatDuration(performance.now() - began)
    const restored = tried.filter((each) => !wasFull(each))
    for (const { mount } of tried.filter(wasFull))
      line(`${input}: ${mount.id}: the builder has it.`)
    for (const { mount, index } of restored) {
      const what = `${formatCount(filesOf(index.items).length, 'file')}, ${formatBytes(bytesOf(index.items))}, restored in ${took}`
      line(`${input}: ${mount.id}: ${index.items.length === 0 ? 'nothing kept so far' : what}.`)
    }
    return restored
  } catch (error) {
    signal.throwIfAborted()
    warn(`${input}: not restored, so builds start without what was kept: ${renderError(error)}`)
    return []
  }
}
