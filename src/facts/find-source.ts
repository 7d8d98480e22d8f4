import { relative } from 'node:path'
import type { EngineApi } from '../docker/engine-api.ts'
import { Failure } from '../failure.ts'
import { findLocalSource, type LocalSource } from '../files/sources/local.ts'
import type { RemoteSource, Tree } from '../files/sources/source.ts'
import type { FilesSource } from '../files/wanted.ts'
import { architecture } from '../host/architecture.ts'
import type { Env } from '../host/command.ts'
import { findImages } from '../image/sources/docker.ts'
import type { FilesOrigin, NodeFiles } from '../inputs/node-files.ts'
import type { Secret } from '../secret.ts'

/** With what sources are asked. */
export type FilesContext = {
  readonly runId: string
  readonly workspace: string
  readonly env: Env
  /** Where the repository is, such as `https://github.com`, and its `owner/name`. */
  readonly serverUrl: string
  readonly repository: string | undefined
  /** For what Git LFS keeps of it; undefined where the step has none. */
  readonly takeToken: () => Promise<Secret | undefined>
  readonly signal: AbortSignal
}

const requireContent = ({ files, pointers }: LocalSource, path: string): void => {
  if (pointers.length < files.length) return
  throw new Failure(
    `node-files: all files of ${path} are Git LFS pointers, not what they point to`,
    { remedy: `Write lfs:${path}, and Slipway fetches them; or check out with lfs: true.` },
  )
}

const findRemote = async (
  api: EngineApi,
  origin: Exclude<FilesOrigin, { kind: 'local' }>,
  context: FilesContext,
): Promise<RemoteSource> => {
  const { runId, workspace, env, serverUrl, repository, takeToken: token, signal } = context
  switch (origin.kind) {
    // Other steps start without a client of HTTP, and without a reader of archives.
    case 'oci': {
      const { findOciSource } = await import('../files/sources/oci/find-oci-source.ts')
      return findOciSource({ reference: origin.reference, architecture, env, signal })
    }
    case 'image': {
      const [image] = await findImages(api.get, [origin.reference])
      if (image === undefined) throw new Failure(`Docker has no image ${origin.reference.given}`)
      const { findImageSource } = await import('../files/sources/docker/image-source.ts')
      return findImageSource(api, image, origin.path, runId)
    }
    case 'lfs': {
      const path = relative(workspace, origin.path)
      const { findLfsSource } = await import('../files/sources/lfs/lfs-source.ts')
      return findLfsSource({ workspace, path, serverUrl, repository, token, env, signal })
    }
  }
}

/**
 * Finds where files for nodes come from, moving none of them.
 *
 * @param given as people wrote it
 * @throws {Failure} where it is not there, or is nothing that nodes could get
 */
export const findSource = async (
  api: EngineApi,
  { origin }: NodeFiles,
  given: string,
  context: FilesContext,
): Promise<FilesSource> => {
  if (origin.kind !== 'local')
    return { kind: 'remote', source: await findRemote(api, origin, context) }
  const source = findLocalSource(origin.path, given)
  requireContent(source, given)
  const recall = async (): Promise<Tree> => {
    const { recallDigests } = await import('../files/sources/lfs/checked-out.ts')
    return recallDigests(source, context.workspace, context)
  }
  return { kind: 'local', source, recall }
}
