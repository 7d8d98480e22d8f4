import type { Get } from '../docker/engine-api.ts'
import type { ContainerImage } from '../image/image.ts'
import { type ImageReference, isImageId } from '../image/reference.ts'
import { lookForImages, refuseMissing } from '../image/sources/docker.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { findNamedImages, renderPlace } from '../manifests/find-images.ts'
import type { Manifests } from '../manifests/workload.ts'
import type { Facts } from './facts.ts'

type Given = Pick<Facts, 'images' | 'pulls'>

/**
 * The step's images: those that Docker has, and those that it is to pull.
 *
 * @param placeOf where a name was found that no input has
 */
export const findGiven = async (
  get: Get,
  { images: references, pullImages }: Pick<Inputs, 'images' | 'pullImages'>,
  placeOf?: (reference: ImageReference) => string,
): Promise<Given> => {
  const isNamed = (reference: ImageReference): boolean => !isImageId(reference)
  if (pullImages === 'always') {
    const { images, missing } = await lookForImages(get, references.filter(isImageId))
    refuseMissing(missing, 'An ID cannot be pulled: name the image.')
    return { images, pulls: references.filter(isNamed) }
  }
  const { images, missing } = await lookForImages(get, references)
  const [named, ids] = [missing.filter(isNamed), missing.filter(isImageId)]
  refuseMissing(ids, 'An ID cannot be pulled: name the image.')
  if (pullImages === 'never') {
    const remedy = 'Build or pull it first, or set pull-images to missing.'
    refuseMissing(named, remedy, placeOf)
  }
  return { images, pulls: named }
}

/**
 * Adds the images that the manifests name to those of the inputs. All are looked for together: two names
 * may be one image.
 */
export const findNamed = async (
  get: Get,
  inputs: Pick<Inputs, 'images' | 'pullImages' | 'imagesFrom'>,
  manifests: Pick<Manifests, 'images'>,
  {
    targets,
    images,
    pulls,
    archived,
  }: Given &
    Pick<Facts, 'targets'> & { readonly archived: readonly Pick<ContainerImage, 'references'>[] },
): Promise<Given & Pick<Facts, 'namedImages'>> => {
  const { imagesFrom } = inputs
  if (imagesFrom === undefined) return { images, pulls, namedImages: [] }
  const built = targets.flatMap(({ tags }) => tags)
  const brought = [...images, ...archived].flatMap(({ references }) => references)
  const wanted = [...built, ...brought, ...pulls]
  const namedImages = findNamedImages(manifests, { wanted, images }, imagesFrom.exclude)
  if (namedImages.length === 0) return { images, pulls, namedImages }
  const places = new Map(namedImages.map((each) => [each.reference, ` (${renderPlace(each)})`]))
  const references = [...inputs.images, ...places.keys()]
  const placeOf = (reference: ImageReference): string => places.get(reference) ?? ''
  const all = await findGiven(get, { ...inputs, images: references }, placeOf)
  return { ...all, namedImages }
}
