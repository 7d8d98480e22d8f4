import type { Get } from '../../docker/engine-api.ts'
import { Failure } from '../../failure.ts'
import { intermediateRepository } from '../../ownership.ts'
import type { ContainerImage } from '../image.ts'
import type { ImageReference } from '../reference.ts'
import { type InspectedImage, toContainerImage } from './docker.ts'

const everyRun = intermediateRepository('')

/** Where tags point now; no ID where one is gone. */
const findMoved = async (get: Get, tags: readonly ImageReference[], id: string) => {
  const found = tags.map(async ({ given, canonical }) => {
    const other = await get<InspectedImage>(`/images/${canonical}/json`)
    /** The other image is another Slipway step's, which is still at work. */
    const isOtherStep = (other?.RepoTags ?? []).some((name) => name.startsWith(everyRun))
    return { given, id: other?.Id, isOtherStep }
  })
  return (await Promise.all(found)).filter((tag) => tag.id !== id)
}

/** A tag that somebody else has moved since it was given to what was built here. */
export type MovedTag = Awaited<ReturnType<typeof findMoved>>[number]

/**
 * Finds what this step has just built, by the name that no other step gives to an image: what its
 * tags point to may be somebody else's by now.
 *
 * @throws {Failure} when it is gone
 */
export const findBuilt = async (
  get: Get,
  heldAs: string,
  tags: readonly ImageReference[],
): Promise<{ readonly image: ContainerImage; readonly moved: readonly MovedTag[] }> => {
  const inspected = await get<InspectedImage>(`/images/${heldAs}/json`)
  if (inspected === undefined) {
    const names = tags.map(({ given }) => given).join(', ')
    throw new Failure(`Docker's local store no longer has ${names}, which this step just built`, {
      remedy: 'Another process may have removed it. Run the step again.',
    })
  }
  const image = { ...toContainerImage(inspected, tags), heldAs }
  return { image, moved: await findMoved(get, tags, image.id) }
}

const shorten = (id: string): string => id.slice(0, 'sha256:'.length + 12)

/** One warning for each tag that somebody else has given to another image meanwhile. */
export const renderMoved = (id: string, { given, id: other, isOtherStep }: MovedTag): string => {
  const who = isOtherStep ? 'another Slipway step' : 'another process'
  const now =
    other === undefined
      ? `${who} removed ${given} from Docker while this step was building it`
      : `${who} gave ${given} to another image (${shorten(other)}) while this step was building it`
  return `${now.charAt(0).toUpperCase()}${now.slice(1)}. The nodes get this step's image (${shorten(id)}) as ${given}. Give each job that shares a Docker daemon its own tags.`
}
