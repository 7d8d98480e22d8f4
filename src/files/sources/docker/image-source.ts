import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import type { Readable } from 'node:stream'
import type { EngineApi } from '../../../docker/engine-api.ts'
import { Failure } from '../../../failure.ts'
import type { ContainerImage } from '../../../image/image.ts'
import { runLabel } from '../../../ownership.ts'
import { createFileStore } from '../../../store/file-store.ts'
import { toLine } from '../../../text/to-line.ts'
import { show } from '../links.ts'
import { findRoom } from '../oci/disk-room.ts'
import { createArtifactListing } from '../oci/listing.ts'
import { createCount, type Item, toTree } from '../oci/tree.ts'
import { unpackArchive } from '../oci/unpack-archive.ts'
import type { FetchOrder, RemoteSource, Tree } from '../source.ts'

/** Has what the image has, and is never started. */
const toContainer = ({ id }: ContainerImage, runId: string) => ({
  Image: id,
  // Some images have none, and Docker makes no container without one.
  Cmd: ['none'],
  NetworkDisabled: true,
  Labels: { [runLabel]: runId },
})

async function* count(stream: Readable, progress: (bytes: number) => void): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const piece of stream) {
    bytes += (piece as Buffer).length
    progress(bytes)
    yield piece as Buffer
  }
}

/** Docker puts the folder's own name before all that is in it. */
const withoutTop = (items: readonly Item[], top: string): ReadonlyMap<string, Item> => {
  const [only] = items
  const isFile = items.length === 1 && only !== undefined && only.kind === 'file'
  if (isFile) return new Map([[only.path, only]])
  const inner = items.filter(({ path }) => path !== top && path !== '')
  return new Map(
    inner.map((item) => {
      const path = item.path.startsWith(`${top}/`) ? item.path.slice(top.length + 1) : item.path
      return [path, { ...item, path }]
    }),
  )
}

/** What Docker puts into the root of every container, in place of what an image has there. */
const ofDocker: ReadonlySet<string> = new Set([
  ...['.dockerenv', 'dev', 'dev/console', 'dev/pts', 'dev/shm', 'proc', 'sys'],
  ...['etc', 'etc/hostname', 'etc/hosts', 'etc/mtab', 'etc/resolv.conf'],
])

const refuseLink = (path: string, target: string, imageName: string): never => {
  const end = posix.resolve(posix.dirname(path), target)
  throw new Failure(`It is a link to ${show(target)}`, {
    remedy: `Name what that is: ${toLine(`image://${imageName}:${end}`)}`,
  })
}

const readFolder = async (
  api: EngineApi,
  containerId: string,
  path: string,
  { folder, has, progress, signal }: FetchOrder,
  { name, sizeBytes }: { readonly name: string; readonly sizeBytes: number },
): Promise<Tree> => {
  const isRoot = posix.normalize(path) === '/'
  // Docker's names of what is in `/` are absolute.
  const asked = isRoot ? '/.' : path
  const from = `/containers/${containerId}/archive?path=${encodeURIComponent(asked)}`
  const stream = await api.download(from)
  if (stream === undefined) throw new Failure(`it has no ${path}`)
  const target = { store: createFileStore(folder), room: await findRoom(folder), has }
  const listing = createArtifactListing(createCount())
  const pieces = count(stream, (done) => progress(Math.min(done, sizeBytes), sizeBytes))
  const { items: all } = await unpackArchive(pieces, listing, target, undefined, signal)
  const items = isRoot ? all.filter((item) => !ofDocker.has(item.path)) : all
  const only = items.length === 1 ? items[0] : undefined
  if (only?.kind === 'link') refuseLink(path, only.target, name)
  const found = withoutTop(items, isRoot ? '' : posix.basename(path))
  return { ...toTree(found), isFile: only?.kind === 'file' }
}

/**
 * A folder, or a file, of an image that Docker's store has; whichever store that is, Docker packs it.
 *
 * @param path absolute, in the image
 */
export const findImageSource = (
  api: EngineApi,
  image: ContainerImage,
  path: string,
  runId: string,
): RemoteSource => {
  const name = image.references[0]?.given ?? image.id
  return {
    key: `${image.id.replace(/^sha256:/, '')}-${createHash('sha256').update(path).digest('hex')}`,
    sizeBytes: image.sizeBytes,
    tree: undefined,
    fetch: async (order) => {
      const made = await api.post<{ readonly Id: string }>(
        '/containers/create',
        toContainer(image, runId),
      )
      if (made === undefined) throw new Failure(`image://${name} is gone`)
      try {
        return await readFolder(api, made.Id, path, order, { name, sizeBytes: image.sizeBytes })
      } catch (cause) {
        order.signal.throwIfAborted()
        const remedy = cause instanceof Failure ? cause.remedy : undefined
        throw new Failure(`image://${name}:${path} cannot be had`, {
          cause,
          ...(remedy && { remedy }),
        })
      } finally {
        await api.remove(`/containers/${made.Id}?force=true&v=true`).catch(() => {})
      }
    },
  }
}
