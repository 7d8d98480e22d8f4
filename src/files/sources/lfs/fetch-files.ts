import { closeSync, lstatSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../../failure.ts'
import { doAtOnce } from '../../../host/at-once.ts'
import { createRequests, isPassing } from '../../../host/http.ts'
import type { Secret } from '../../../secret.ts'
import { formatBytes } from '../../../text/format.ts'
import type { FetchOrder } from '../source.ts'
import { createActions, type Patience } from './batch.ts'
import { type Downloads, download } from './download.ts'
import { type Draft, openDraft, type Wanted } from './draft.ts'
import { findSizeWithin, openFileWithin, readPieces } from './open-within.ts'
import { createProgress } from './progress.ts'

/** A file, and where on this machine its content may be. */
export type Located = Wanted & {
  /** Of the checkout itself, where it has the content. */
  readonly file: { readonly root: string; readonly path: string } | undefined
  /** Of git-lfs' own store, which may have it. */
  readonly object: { readonly root: string; readonly path: string } | undefined
}

export type Remote = {
  readonly findEndpoint: () => Promise<URL>
  readonly token: () => Promise<Secret | undefined>
  readonly patience: Patience
}

const atOnce = 8

const isHere = (folder: string, { sha256, sizeBytes }: Wanted): boolean => {
  const stat = lstatSync(join(folder, sha256), { throwIfNoEntry: false })
  return stat?.isFile() === true && stat.size === sizeBytes
}

/** Of the objects of git-lfs, whether one is there with its size. */
const hasObject = ({ object, sizeBytes }: Located): boolean =>
  object !== undefined && findSizeWithin(object.root, object.path) === sizeBytes

/** What neither the checkout nor git-lfs' own store has. */
export const findAbsent = (all: readonly Located[]): ReadonlySet<Located> =>
  new Set(all.filter((each) => each.file === undefined && !hasObject(each)))

const copy = async (
  { root, path }: { readonly root: string; readonly path: string },
  draft: Draft,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const fd = openFileWithin(root, path)
  try {
    for await (const piece of readPieces(fd, signal)) await draft.write(piece)
  } finally {
    closeSync(fd)
  }
  return draft.finish()
}

type Plan = {
  /** What only the server has. */
  readonly absent: ReadonlySet<Located>
  /** Asked for where something has to come from there. */
  readonly getDownloads: () => Promise<Downloads>
  readonly signal: AbortSignal
}

const bring = async (
  located: Located,
  draft: Draft,
  { absent, getDownloads, signal }: Plan,
): Promise<void> => {
  const { file, object, path } = located
  if (file !== undefined) {
    const wrong = await copy(file, draft, signal)
    if (wrong === undefined) return
    throw new Failure(`${path} was changed while its files were taken: ${wrong}`)
  }
  if (object !== undefined && !absent.has(located)) {
    const wrong = await copy(object, draft, signal)
    if (wrong === undefined) return
    // Somebody's half file under an object's name: the server has a whole one.
    await draft.restart()
  }
  const downloads = await getDownloads()
  await download(downloads, located, draft)
  downloads.actions.close(located)
}

const requireRoom = async (folder: string, bytes: number): Promise<void> => {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  if (bytes <= free) return
  throw new Failure(
    `Files of ${formatBytes(bytes)} are to come, and ${folder} has ${formatBytes(free)} free`,
    { remedy: '`free-disk: always` frees what a hosted runner has to spare.' },
  )
}

/** Of trouble that did not pass, and of the system's errors. */
const explain = (error: unknown, { path }: Wanted): unknown =>
  isPassing(error) || (error instanceof Error && 'code' in error && 'syscall' in error)
    ? new Failure(`${path} could not be fetched`, { cause: error })
    : error

/** Brings each file once, several at a time; the first trouble ends all. */
export const fetchFiles = async (
  all: readonly Located[],
  remote: Remote,
  order: FetchOrder,
): Promise<void> => {
  const { folder, has } = order
  const failed = new AbortController()
  const signal = AbortSignal.any([order.signal, failed.signal])
  signal.throwIfAborted()
  const wanted = all.filter((each) => !has.has(each.sha256) && !isHere(folder, each))
  const totalBytes = wanted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  await requireRoom(folder, totalBytes)
  const progress = createProgress(totalBytes, order.progress)
  // The last one to come should not be the longest.
  const sorted = wanted.toSorted((one, other) => other.sizeBytes - one.sizeBytes)
  const absent = findAbsent(sorted)
  let downloads: Promise<Downloads & { readonly dispose: () => void }> | undefined
  const openDownloads = async () => {
    const { findEndpoint, token, patience } = remote
    const endpoint = await findEndpoint()
    const requests = createRequests(endpoint, signal)
    const actions = createActions({ endpoint, requests, token, signal, patience }, [...absent])
    return { requests, actions, signal, patience, dispose: requests.dispose }
  }
  const getDownloads = () => (downloads ??= openDownloads())
  await doAtOnce(sorted, atOnce, async (each) => {
    try {
      await using draft = await openDraft(folder, each, progress.add)
      await bring(each, draft, { absent, getDownloads, signal })
    } catch (error) {
      failed.abort(explain(error, each))
      throw error
    }
    // What ended all is thrown below.
  }).catch(() => {})
  await downloads?.then(
    ({ dispose }) => dispose(),
    () => {},
  )
  signal.throwIfAborted()
  progress.end()
}
