import type { Get } from '../../docker/engine-api.ts'
import { Failure } from '../../failure.ts'
import { type ContainerImage, toChainIds } from '../image.ts'
import { toOwnNames } from '../own-names.ts'
import {
  couldBeId,
  type ImageReference,
  isImageId,
  toReferences,
  toRepository,
} from '../reference.ts'

export type InspectedImage = {
  readonly Id: string
  readonly Size: number
  readonly Architecture: string
  readonly RepoTags?: readonly string[] | null
  readonly RepoDigests?: readonly string[] | null
  readonly RootFS: { readonly Layers?: readonly string[] | null }
  readonly GraphDriver?: {
    readonly Data?: { readonly UpperDir?: string; readonly LowerDir?: string } | null
  } | null
}

const foldersOf = ({ GraphDriver }: InspectedImage): readonly string[] => {
  const { UpperDir, LowerDir } = GraphDriver?.Data ?? {}
  if (UpperDir === undefined) return []
  // The topmost comes first in LowerDir; we count from the lowest.
  const lower = LowerDir === undefined || LowerDir === '' ? [] : LowerDir.split(':')
  return [UpperDir, ...lower].reverse()
}

/** Digests under the repositories that were asked for; other names of the image are not ours. */
const toDigestNames = (
  repoDigests: readonly string[],
  references: readonly ImageReference[],
): readonly string[] => {
  const repositories = new Set(references.map(({ canonical }) => toRepository(canonical)))
  return toReferences(repoDigests)
    .map(({ canonical }) => canonical)
    .filter((canonical) => repositories.has(toRepository(canonical)))
}

/** Reads what the daemon says of an image. */
export const toContainerImage = (
  inspected: InspectedImage,
  references: readonly ImageReference[],
): ContainerImage => {
  const diffIds = inspected.RootFS.Layers ?? []
  const chainIds = toChainIds(diffIds)
  const folders = foldersOf(inspected)
  return {
    references,
    id: inspected.Id,
    sizeBytes: inspected.Size,
    architecture: inspected.Architecture,
    digestNames: toDigestNames(inspected.RepoDigests ?? [], references),
    layers: diffIds.map((diffId, index) => ({
      diffId,
      chainId: chainIds[index] ?? '',
      folder: folders.length === diffIds.length ? folders[index] : undefined,
    })),
  }
}

/** As Docker knows it; the beginning of an ID counts where nothing has it as its name. */
const inspectImage = async (get: Get, reference: ImageReference) => {
  // A reference's grammar knows no character that would have to be escaped in a path.
  const inspected = await get<InspectedImage>(`/images/${reference.canonical}/json`)
  if (inspected !== undefined || !couldBeId(reference)) {
    return { reference, inspected, isById: isImageId(reference) }
  }
  const digits = reference.given.replace(/^sha256:/, '')
  const other = await get<InspectedImage>(`/images/${digits}/json`)
  const isIt = other?.Id.startsWith(`sha256:${digits}`) ?? false
  return { reference, inspected: isIt ? other : undefined, isById: isIt }
}

type Found = Awaited<ReturnType<typeof inspectImage>>

const groupById = (found: readonly Found[]): readonly ContainerImage[] => {
  const rows = found.flatMap(({ reference, inspected, isById }) =>
    inspected === undefined
      ? []
      : [{ inspected, names: isById ? toOwnNames(inspected) : [reference] }],
  )
  return [...Map.groupBy(rows, ({ inspected }) => inspected.Id).values()].flatMap((group) => {
    const [first] = group
    const names = new Map(group.flatMap(({ names }) => names.map((name) => [name.canonical, name])))
    return first === undefined ? [] : [toContainerImage(first.inspected, [...names.values()])]
  })
}

/** Looks for images in the local store; several names of one image become one entry. */
export const lookForImages = async (get: Get, references: readonly ImageReference[]) => {
  const found = await Promise.all(references.map((reference) => inspectImage(get, reference)))
  const missing = found.filter(({ inspected }) => inspected === undefined)
  return { images: groupById(found), missing: missing.map(({ reference }) => reference) }
}

/**
 * @param placeOf where a name was found that no input has, such as ` (k8s/db.yaml:7)`
 * @throws {Failure} naming images that are not there
 */
export const refuseMissing = (
  missing: readonly ImageReference[],
  remedy: string,
  placeOf: (reference: ImageReference) => string = () => '',
): void => {
  if (missing.length === 0) return
  const names = missing.map((reference) => reference.given + placeOf(reference)).join(', ')
  throw new Failure(`Docker's local store does not have ${names}`, { remedy })
}

/**
 * Finds images in the local store; several names of one image become one entry.
 *
 * @throws {Failure} naming the images that are not there
 */
export const findImages = async (
  get: Get,
  references: readonly ImageReference[],
): Promise<readonly ContainerImage[]> => {
  const { images, missing } = await lookForImages(get, references)
  const remedy = 'Build or pull it before this step; `docker image ls` shows what is there.'
  refuseMissing(missing, remedy)
  return images
}
