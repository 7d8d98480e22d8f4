import type { EngineApi } from '../docker/engine-api.ts'
import { Failure } from '../failure.ts'
import type { ContainerImage } from '../image/image.ts'
import { isNameless } from '../image/own-names.ts'
import { intermediateRepository, longestJobMs, toHeldName } from '../ownership.ts'

/**
 * True for a name that no step can be using any more, as its machine died before post could run. Who does
 * not know the time writes one of the year 1.
 */
export const isLeftOver = (lastTagTime: string | undefined, nowMs: number): boolean => {
  const taggedMs = Date.parse(lastTagTime ?? '')
  return taggedMs > 0 && nowMs - taggedMs > longestJobMs
}

type Listed = { readonly RepoTags?: readonly string[] | null }
type TaggedImage = { readonly Id: string; readonly Metadata?: { readonly LastTagTime?: string } }

/** Names that machines left which died before post could run. */
export const findLeftOvers = async ({ get }: EngineApi): Promise<readonly string[]> => {
  const everyRun = intermediateRepository('')
  const filters = encodeURIComponent(JSON.stringify({ reference: [`${everyRun}*`] }))
  const images = (await get<readonly Listed[]>(`/images/json?filters=${filters}`)) ?? []
  const names = images.flatMap(({ RepoTags }) => RepoTags ?? [])
  const ours = names.filter((name) => name.startsWith(everyRun))
  const inspected = await Promise.all(ours.map((name) => get<TaggedImage>(`/images/${name}/json`)))
  const now = Date.now()
  return ours.filter((_, index) => isLeftOver(inspected[index]?.Metadata?.LastTagTime, now))
}

/**
 * Gives an image a name that only this run uses; again for one that is held costs nothing. Its own
 * names may be given to another one at any moment, and Docker's containerd store drops an image with
 * its last name.
 *
 * @throws {Failure} when Docker has it no more
 */
export const holdImage = async (
  { get, post }: EngineApi,
  runId: string,
  image: ContainerImage,
): Promise<ContainerImage> => {
  // The first name of an image that has none would be its last one as well: Docker drops it with that.
  if (image.heldAs !== undefined || isNameless(image.id, image.references)) return image
  const name = toHeldName(runId, image.id)
  const [repository = '', tag] = name.split(':')
  await post(`/images/${image.id}/tag?repo=${encodeURIComponent(repository)}&tag=${tag}`)
  const held = await get<TaggedImage>(`/images/${name}/json`)
  if (held?.Id === image.id) return { ...image, heldAs: name }
  const names = image.references.map(({ given }) => given).join(', ')
  throw new Failure(`Docker no longer has the image that ${names} named when this step began`, {
    remedy: 'Another process removed it or moved its tag. Run the step again.',
  })
}

/**
 * Removes a name. What was never made, or is gone already, is what we want; with the last name of an
 * image go its layers.
 */
export const dropName = async ({ remove }: EngineApi, name: string): Promise<void> => {
  const path = `/images/${name}`
  // Refused where it is the last name, and a container uses the image: then only the name goes.
  const again = () => remove(`${path}?force=true`)
  await remove(path)
    .catch(again)
    .catch(() => {})
}
