import type { Warning } from '../host/log.ts'
import type { ContainerImage } from '../image/image.ts'
import {
  type ImageReference,
  parseImageReference,
  toCriName,
  toNodeNames,
  toRepository,
} from '../image/reference.ts'
import { checkKnative } from './knative.ts'
import { noPullFacts, type PullFacts, renderSecretPull, renderTwinPull } from './poisoned-pulls.ts'
import type { ImageVolume, Manifests, NamedImage, Workload } from './workload.ts'

/** What has an image in a pod. */
type Use = ImageVolume &
  Pick<Workload, 'file' | 'kind' | 'namespace' | 'pulls'> & {
    readonly what: 'container' | 'image volume'
    readonly asksForGpu: boolean | undefined
  }

/** With its image's name as it is meant. */
type User = Use & { readonly canonical: string }

const toUses = (workloads: readonly Workload[]): readonly Use[] =>
  workloads.flatMap(({ file, kind, namespace, pulls, containers, imageVolumes }) => {
    const pod = { file, kind, namespace, pulls }
    return [
      ...containers.map((each) => ({ ...each, ...pod, what: 'container' as const })),
      ...imageVolumes.map((each) => ({
        ...{ ...each, ...pod, what: 'image volume' as const },
        asksForGpu: undefined,
      })),
    ]
  })

const toUsers = (workloads: readonly Workload[]): readonly User[] =>
  toUses(workloads).flatMap((use) => {
    const reference = parseImageReference(use.image)
    return typeof reference === 'string' ? [] : [{ ...use, canonical: reference.canonical }]
  })

const withoutDigest = (canonical: string): string => canonical.replace(/@.*$/, '')

/** Undefined for a name that has a digest and no tag. */
const tagOf = (canonical: string): string | undefined =>
  /:([^/:]+)$/.exec(withoutDigest(canonical))?.[1]

const repositoryOf = (canonical: string): string => toRepository(withoutDigest(canonical))

const lastPart = (canonical: string): string => repositoryOf(canonical).split('/').at(-1) ?? ''

/** Whether the node asks a registry although it has the image. */
const isPulled = ({ pullPolicy, canonical }: User): boolean =>
  pullPolicy === undefined ? tagOf(canonical) === 'latest' : pullPolicy === 'Always'

/** What the nodes are to get. */
export type Loaded = {
  /** Of what is built for them, and of what was there before. */
  readonly wanted: readonly ImageReference[]
  readonly images: readonly Pick<ContainerImage, 'digestNames'>[]
  /** Those of `wanted` that the manifests alone ask for. */
  readonly named?: readonly ImageReference[]
  /** Those of `wanted` that a registry has as they are loaded, or gets by this step. */
  readonly registered?: readonly ImageReference[]
}

/** The names under which the nodes will have something once the step has ended. */
export const findLoaded = (loaded: Loaded): readonly ImageReference[] => [
  ...loaded.wanted,
  ...loaded.images.flatMap(({ digestNames }) =>
    digestNames.map((name) => ({ given: name, canonical: name })),
  ),
]

/** What is loaded can also be named by what it holds: `api:sha-0123456789ab`. */
export const isLoaded = (canonical: string, loaded: readonly ImageReference[]): boolean =>
  loaded.some((image) => toNodeNames(image.canonical).includes(toCriName(canonical))) ||
  (/^sha-[0-9a-f]{12}$/.test(tagOf(canonical) ?? '') &&
    loaded.some((image) => repositoryOf(image.canonical) === repositoryOf(canonical)))

const toPullWarning = (user: User, facts: PullFacts): Warning => {
  const { what, name, image, pullPolicy, canonical, file, line } = user
  const field = what === 'container' ? 'imagePullPolicy' : 'pullPolicy'
  const because =
    pullPolicy === undefined
      ? `without ${field === 'pullPolicy' ? 'a' : 'an'} ${field}, Kubernetes always pulls \`latest\` and untagged images`
      : `${field} is Always`
  const other = tagOf(canonical) === 'latest' && pullPolicy === undefined
  const remedy = `Set ${field}: IfNotPresent${other ? ', or use another tag than latest' : ''}.`
  const message = `The ${what} ${name} pulls ${image} from a registry, although this step loads it: ${because}. ${remedy}${renderSecretPull(user, facts)}`
  return { message, location: { file, line } }
}

/**
 * The loaded image that was probably meant. A name from elsewhere is suspicious with the same tag, or
 * while nothing uses the one that is loaded; `nginx:1.27` beside an `acme/nginx:dev` is neither.
 */
const findNearest = (
  canonical: string,
  loaded: readonly ImageReference[],
  used: ReadonlySet<string>,
): ImageReference | undefined => {
  const repository = repositoryOf(canonical)
  const alike = loaded.filter((image) => lastPart(image.canonical) === lastPart(canonical))
  const sameTag = alike.filter((image) => tagOf(image.canonical) === tagOf(canonical))
  return (
    alike.find((image) => repositoryOf(image.canonical) === repository) ??
    sameTag[0] ??
    alike.find((image) => !used.has(image.canonical))
  )
}

const toStrangerWarning = (user: User, nearest: ImageReference, facts: PullFacts): Warning => {
  const { what, name, image, canonical, file, line } = user
  const isElsewhere = repositoryOf(canonical) !== repositoryOf(nearest.canonical)
  const twin = isElsewhere ? renderTwinPull(nearest.given, facts) : ''
  const message = `The ${what} ${name} uses ${image}, which this step does not load. It loads ${nearest.given}, a different image to Kubernetes. Use the same name in both places.${twin}`
  return { message, location: { file, line } }
}

/** A name from elsewhere is loaded as it is written, also where the image that was built is meant. */
const toTwinWarning = (user: User, nearest: ImageReference): Warning => {
  const { what, name, image, file, line } = user
  const message = `The ${what} ${name} uses ${image}, which images-from takes from this file. The step also loads ${nearest.given}, a different image to Kubernetes. If that is meant, use the same name in both places; else leave ${image} as it is.`
  return { message, location: { file, line } }
}

const toNameWarnings = (workloads: readonly Workload[]): readonly Warning[] =>
  toUses(workloads).flatMap(({ what, name, image, file, line }) => {
    const reason = parseImageReference(image)
    if (typeof reason !== 'string') return []
    const why = image.trim() === image ? reason : 'it has white space around it'
    const message = `Kubernetes refuses the image ${JSON.stringify(image.slice(0, 200))} of the ${what} ${name}: ${why}.`
    return [{ message, location: { file, line } }]
  })

/** What is wrong with the images that manifests name, going by what will be in the nodes. */
export const checkImages = (
  workloads: readonly Workload[],
  given: Loaded,
  facts: PullFacts = noPullFacts,
): readonly Warning[] => {
  const loaded = findLoaded(given)
  const users = toUsers(workloads)
  // Of a name with tag and digest the step may load the digest's alone.
  const used = new Set(users.flatMap(({ canonical }) => [canonical, toCriName(canonical)]))
  const named = new Set(given.named?.map(({ canonical }) => toCriName(canonical)))
  const own = loaded.filter(({ canonical }) => !named.has(toCriName(canonical)))
  const warnings = users.flatMap((user) => {
    const nearest = findNearest(user.canonical, own, used)
    if (isLoaded(user.canonical, loaded)) {
      const isOwn = isLoaded(user.canonical, own)
      const isTwin = nearest !== undefined && !isOwn
      const isRegistered = isLoaded(user.canonical, given.registered ?? [])
      return [
        ...(isOwn && !isRegistered ? checkKnative(user, given.images) : []),
        ...(isPulled(user) ? [toPullWarning(user, facts)] : []),
        ...(isTwin ? [toTwinWarning(user, nearest)] : []),
      ]
    }
    return nearest === undefined ? [] : [toStrangerWarning(user, nearest, facts)]
  })
  return [...toNameWarnings(workloads), ...warnings]
}

/** The canonical names that containers and image volumes use: whether they pull has been judged, each at its line. */
export const findUsed = (workloads: readonly Workload[]): ReadonlySet<string> =>
  new Set(toUsers(workloads).map(({ canonical }) => canonical))

/**
 * Whether some container that runs an image of these names asks for a GPU; undefined where none runs it, or
 * one may be in what cannot be read.
 */
export const asksForGpu = (
  { workloads, images, warnings }: Manifests,
  names: readonly ImageReference[],
): boolean | undefined => {
  const users = toUsers(workloads).filter(
    ({ what, canonical }) => what === 'container' && isLoaded(canonical, names),
  )
  if (users.some((user) => user.asksForGpu)) return true
  // Kinds whose pods are not read name images, too.
  const isOfUser = ({ file, line }: NamedImage): boolean =>
    users.some((user) => user.file === file && user.line === line)
  const others = images.filter(
    (each) => isLoaded(each.reference.canonical, names) && !isOfUser(each),
  )
  const isKnown = users.length > 0 && others.length === 0 && warnings.length === 0
  return isKnown ? false : undefined
}
