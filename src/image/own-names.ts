import { type ImageReference, toImmutable, toReferences } from './reference.ts'

/**
 * Of images that nobody ever named. No registry can be meant: without a port, `localhost` is nobody's
 * in a node.
 */
const nameless = { given: 'localhost/slipway', canonical: 'localhost/slipway' }

/** Names that Docker or a step of ours keeps for itself. */
const isPrivate = ({ canonical }: ImageReference): boolean =>
  /^slipway\.invalid\/|^docker\.io\/library\/moby-dangling[:@]/.test(canonical)

const read = (names: readonly string[] | null | undefined): readonly ImageReference[] =>
  toReferences(names ?? []).filter((reference) => !isPrivate(reference))

/** The names that Docker has for an image, tags before digests; else one that its content gives it. */
export const toOwnNames = (image: {
  readonly Id: string
  readonly RepoTags?: readonly string[] | null
  readonly RepoDigests?: readonly string[] | null
}): readonly ImageReference[] => {
  const tags = read(image.RepoTags)
  if (tags.length > 0) return tags
  const digests = read(image.RepoDigests)
  return digests.length > 0 ? digests : [toImmutable(nameless, image.Id)]
}

/** Whether Docker has an image without any name; with a name of ours it would lose it, too. */
export const isNameless = (id: string, references: readonly ImageReference[]): boolean =>
  references[0]?.canonical === toImmutable(nameless, id).canonical

/** What a pod can use of an image that was given by its ID and has no name; undefined for others. */
export const renderNameless = (id: string, references: readonly ImageReference[]) => {
  const [name] = references
  if (name === undefined || !isNameless(id, references)) return undefined
  return `${id} has no name in Docker; pods find it as ${name.given}.`
}
