import { toEntries } from '../inputs/entries.ts'
import type { BakeDefinition } from '../inputs/inputs.ts'
import type { BuildEvent } from './event.ts'

/** Names in a registry of the step's own; each goes with its build. */
export type RegistryNames = {
  readonly image: string
  /** Where the build writes its cache, and where it finds one. */
  readonly cacheTo: string
  readonly cacheFrom: string | undefined
  /** Whether layers of other stages are kept, too. */
  readonly keepsStages?: boolean
}

/** A layer's digest is its diff ID then: what a node has is known by it. */
const form = 'compression=uncompressed,force-compression=true,oci-mediatypes=true'

/** Has a builder push an image. Docker's own would otherwise unpack it, for which it would fetch all layers. */
export const toRegistryOutput = (image: string): string =>
  `type=image,name=${image},push=true,unpack=false,store=false,${form}`

/** Adds the caches in such a registry to those that a target has. */
export const withRegistryCaches = (
  definition: BakeDefinition,
  { cacheTo, cacheFrom, keepsStages = false }: RegistryNames,
): BakeDefinition => {
  const add = (word: 'cache-from' | 'cache-to', entry: string): readonly unknown[] => [
    ...toEntries(definition[word]),
    `type=registry,ref=${entry}`,
  ]
  return {
    ...definition,
    ...(cacheFrom && { 'cache-from': add('cache-from', cacheFrom) }),
    'cache-to': add(
      'cache-to',
      `${cacheTo},mode=${keepsStages ? 'max' : 'min'},image-manifest=true,ignore-error=true,${form}`,
    ),
  }
}

/** Whoever reads the log need not know by which name one may read and write in the registry. */
export const hideNames = (event: BuildEvent, { image }: RegistryNames): BuildEvent => {
  const [repository, secret] = /^[^/]+\/([0-9a-f]+)(?=:)/.exec(image) ?? []
  const text = JSON.stringify(event)
  if (repository === undefined || secret === undefined || !text.includes(secret)) return event
  // Addresses of the API have something between the two.
  const hidden = text.replaceAll(repository, "the step's registry").replaceAll(secret, '***')
  return JSON.parse(hidden) as BuildEvent
}
