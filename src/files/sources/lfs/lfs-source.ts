import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import { Failure } from '../../../failure.ts'
import type { Env } from '../../../host/command.ts'
import type { Secret } from '../../../secret.ts'
import { toLine } from '../../../text/to-line.ts'
import type { RemoteSource, Tree } from '../source.ts'
import type { Patience } from './batch.ts'
import { findEndpoint } from './endpoint.ts'
import { fetchFiles, findAbsent, type Located } from './fetch-files.ts'
import { type Inspected, inspect } from './inspect.ts'
import { type Location, locate } from './locate.ts'

export type LfsOrder = {
  /** Where the job's checkout is. */
  readonly workspace: string
  /** Relative to it; what comes after `lfs:`. */
  readonly path: string
  /** As GITHUB_SERVER_URL: the only server that gets the token. */
  readonly serverUrl: string
  /** As GITHUB_REPOSITORY, for a checkout without git. */
  readonly repository: string | undefined
  /** Asked for when something has to come from the server; undefined for what everybody may read. */
  readonly token: () => Promise<Secret | undefined>
  /** What git inherits. */
  readonly env: Env
  readonly signal: AbortSignal
  readonly patience?: Patience
}

const usualPatience: Patience = { silenceMs: 60_000, pauseMs: 500 }

const toKey = ({ isFile, files, links, emptyFolders }: Tree): string => {
  const entries = [
    ...files.map(({ path, isExecutable, sha256 }) => [path, isExecutable ? '755' : '644', sha256]),
    ...links.map(({ path, target }) => [path, 'link', target]),
    ...emptyFolders.map((path) => [path, 'folder', '']),
  ].map((entry) => entry.map((part) => `${part}\0`).join(''))
  const all = [isFile ? 'file\0' : 'folder\0', ...entries.toSorted()]
  return createHash('sha256').update(all.join('')).digest('hex')
}

/** Each content once, where it may be found. */
const toLocated = (
  files: readonly Inspected[],
  folder: string,
  { root, repository, git }: Location,
): readonly Located[] => {
  const found = new Map<string, Located>()
  for (const { path, sha256, sizeBytes, isPointer } of files) {
    const known = found.get(sha256)
    if (known !== undefined && known.sizeBytes !== sizeBytes)
      throw new Failure(
        `${toLine(path)} and ${toLine(known.path)} are said to be the same, of ${sizeBytes} and ${known.sizeBytes} bytes`,
        { remedy: 'One of the two pointers is wrong: make it anew with `git add --renormalize`.' },
      )
    const place = folder === '' ? path : `${folder}/${path}`
    const object = {
      root: repository,
      path: `.git/lfs/objects/${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`,
    }
    found.set(sha256, {
      sha256,
      sizeBytes,
      path: known?.path ?? path,
      file: known?.file ?? (isPointer ? undefined : { root, path: place }),
      object: git === 'folder' ? object : undefined,
    })
  }
  return [...found.values()]
}

/**
 * A folder or file of the checkout, whose pointers of Git LFS are replaced by what they point to.
 *
 * @throws {Failure} where something cannot be taken, or would have to come from another server
 */
export const findLfsSource = async (order: LfsOrder): Promise<RemoteSource> => {
  const { signal, token, patience = usualPatience } = order
  const location = locate(order.workspace, order.path)
  const { path, isFile, repository, git } = location
  const folder = isFile ? dirname(path).replace(/^\.$/, '') : path
  const { files: inspected, links, emptyFolders } = await inspect(location, folder, order)
  const located = toLocated(inspected, folder, location)
  const findServer = async (): Promise<URL> => {
    if (git === 'submodule')
      throw new Failure(`lfs:${toLine(order.path)} is in a submodule, whose server is not asked`, {
        remedy: 'Run `git submodule foreach git lfs pull` before this step.',
      })
    const { serverUrl, env } = order
    return findEndpoint({
      root: repository,
      hasGit: git === 'folder',
      serverUrl,
      repository: order.repository,
      env,
      signal,
    })
  }
  // Whether there is a server to ask is to be known before anything is done.
  const absent = findAbsent(located)
  const endpoint = absent.size > 0 ? await findServer() : undefined
  const files = inspected.map(({ isPointer: _, ...file }) => file)
  const tree: Tree = { isFile, files, links, emptyFolders }
  const findEndpointLater = async (): Promise<URL> => endpoint ?? findServer()
  return {
    key: toKey(tree),
    sizeBytes: located.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    tree,
    elsewhere: new Set([...absent].map(({ sha256 }) => sha256)),
    fetch: async (fetchOrder) => {
      const remote = { findEndpoint: findEndpointLater, token, patience }
      await fetchFiles(located, remote, fetchOrder)
      return tree
    },
  }
}
