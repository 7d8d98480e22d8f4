import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { analyseImage, type ImageAnalysis, type ReportDepth } from '../analysis/analyse.ts'
import { findToolImage } from '../cluster/node.ts'
import { findContainers } from '../cluster/providers/find-cluster.ts'
import { createDocker } from '../docker/docker.ts'
import { type EngineApi, withEngineApi } from '../docker/engine-api.ts'
import { findEngine } from '../docker/info.ts'
import { Failure, renderError } from '../failure.ts'
import { architecture } from '../host/architecture.ts'
import type { Env } from '../host/command.ts'
import type { BlobImage } from '../image/contents/blobs/blob.ts'
import { withBlobs } from '../image/contents/blobs/read-blobs.ts'
import { withContents } from '../image/contents/read-contents.ts'
import type { ContainerImage } from '../image/image.ts'
import { isImageId } from '../image/reference.ts'
import { findImages } from '../image/sources/docker.ts'
import { findLayoutImage } from '../image/sources/layout-image.ts'
import { fetchImage } from '../image/sources/registry/registry-image.ts'
import { findSavedImage } from '../image/sources/saved-image.ts'
import type { ReportedImage } from '../inputs/inputs.ts'

/** What is looked at, and with what. */
export type Look = {
  readonly runId: string
  /** A folder of the run's own, on a disk. */
  readonly layoutDir: string
  readonly env: Env
  /** Whose nodes' programs read images of Docker's store, where there are some. */
  readonly clusterName: string
  readonly depth: ReportDepth
  readonly signal: AbortSignal
}

/** A large image from a slow registry. */
const deadlineMs = 15 * 60_000

const analyseBlobs = (image: BlobImage, { depth, signal }: Look): Promise<ImageAnalysis> =>
  withBlobs(image, signal, (contents, files) => analyseImage(contents, files, undefined, depth))

/** Saving takes as long as copying the image; where a node's programs are at hand, they read it in place. */
const analyseSaved = async (
  { id, references }: ContainerImage,
  look: Look,
  folder: string,
): Promise<ImageAnalysis> => {
  const { env, signal } = look
  const file = join(folder, 'saved.tar')
  const name = references[0]?.canonical ?? id
  const args = ['image', 'save', '--output', file, name]
  await createDocker(env, signal).run(args, { timeoutMs: deadlineMs })
  return analyseBlobs(await findSavedImage(file, architecture, signal), look)
}

const analyseInDocker = async (
  api: EngineApi,
  image: ContainerImage,
  look: Look,
  folder: string,
): Promise<ImageAnalysis> => {
  const { clusterName, runId, depth, signal } = look
  const [engine, found] = await Promise.all([
    findEngine(api.get),
    findContainers(api, { clusterName }).catch(() => undefined),
  ])
  const nodeImage = findToolImage(found?.nodes ?? [])
  if (nodeImage === undefined) return analyseSaved(image, look, folder)
  const order = { engine, image, nodeImage, runId, signal, deadlineMs }
  return withContents(api, order, (contents, files) =>
    analyseImage(contents, files, undefined, depth),
  )
}

type Named = Extract<ReportedImage, { readonly reference: unknown }>

const analyseInRegistry = async (
  { reference }: Named,
  look: Look,
  folder: string,
): Promise<ImageAnalysis> => {
  const { env, signal } = look
  const { canonical } = reference
  const image = await fetchImage({ reference: canonical, architecture, folder, env, signal })
  return analyseBlobs(image, look)
}

/** Docker's own, else its registry's, as `docker run` would have it. */
const analyseAny = (named: Named, look: Look, folder: string): Promise<ImageAnalysis> =>
  withEngineApi(createDocker(look.env, look.signal), async (api) => {
    const { reference } = named
    const inDocker = await findImages(api.get, [reference]).catch((error: unknown) => error)
    if (Array.isArray(inDocker)) {
      const [image] = inDocker as readonly ContainerImage[]
      if (image !== undefined) return analyseInDocker(api, image, look, folder)
    }
    if (isImageId(reference)) throw inDocker
    return analyseInRegistry(named, look, folder).catch((cause: unknown) => {
      if (look.signal.aborted) throw cause
      const why = inDocker instanceof Failure ? inDocker.message : renderError(inDocker)
      throw new Failure(`${why}; ${renderError(cause)}`)
    })
  })

const analyseOne = (image: ReportedImage, look: Look, folder: string): Promise<ImageAnalysis> => {
  switch (image.kind) {
    case 'layout':
      return findLayoutImage(image, architecture).then((found) => analyseBlobs(found, look))
    case 'registry':
      return analyseInRegistry(image, look, folder)
    case 'any':
      return analyseAny(image, look, folder)
  }
}

/**
 * Says what the bytes of an image are for that nobody loads.
 *
 * @param number of it among the run's images
 * @throws {Failure} naming it where it cannot be read
 */
export const analyseElsewhere = async (
  image: ReportedImage,
  number: number,
  look: Look,
): Promise<ImageAnalysis> => {
  const late = AbortSignal.timeout(deadlineMs)
  const folder = join(look.layoutDir, `reported-${number}`)
  await mkdir(folder, { mode: 0o700 })
  try {
    const signal = AbortSignal.any([look.signal, late])
    return await analyseOne(image, { ...look, signal }, folder)
  } catch (cause) {
    if (look.signal.aborted) throw cause
    const why = late.aborted
      ? `it took more than ${deadlineMs / 60_000} minutes`
      : renderError(cause)
    throw new Failure(`Cannot read ${image.given}: ${why}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
