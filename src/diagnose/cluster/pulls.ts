import { parseImageReference } from '../../inputs/image-reference.ts'
import type { Finding } from '../finding.ts'
import type { Cluster, Container, LoadedImage, Pod } from './cluster.ts'
import { findNearest, type Resemblance } from './nearest-image.ts'
import { isNews } from './news.ts'
import { type Sighting, toFindings } from './sighting.ts'
import { toLine } from './to-line.ts'

/** What kubelets write where an image keeps a container from starting (pkg/kubelet/images). */
const reasons: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
])

type NodeImages = ReadonlyMap<string, readonly string[]>

type Wait = { readonly pod: Pod; readonly container: Container }

type Explained = Pick<Sighting, 'kind' | 'certainty' | 'what' | 'remedy'>

/** A name as canonical as can be, to compare with those that were loaded. */
const toAsked = (image: string): string => {
  const asked = parseImageReference(image)
  const lower = typeof asked === 'string' ? parseImageReference(image.toLowerCase()) : asked
  return typeof lower === 'string' ? image : lower.canonical
}

const hasNoTag = (image: string): boolean => !/[:@][^/]*$/.test(image)

/** With `Always` a right name alone changes nothing. */
const addPolicy = ({ pullPolicy }: Container, remedy: string): string =>
  pullPolicy === 'Always'
    ? `${remedy} Set imagePullPolicy: IfNotPresent, too: now it is Always.`
    : remedy

/** The image was loaded, and the kubelet had to ask a registry all the same. */
const explainAlways = ({ image }: Container, loaded: LoadedImage): Explained => {
  const isDefault = /:latest$/.test(loaded.canonical)
  const why = !isDefault
    ? 'its imagePullPolicy is Always, so that Kubernetes asks a registry each time'
    : hasNoTag(image)
      ? 'without a tag Kubernetes takes :latest and asks a registry each time (imagePullPolicy Always)'
      : 'with the tag :latest Kubernetes asks a registry each time (imagePullPolicy Always)'
  const remedy = isDefault
    ? `Set imagePullPolicy: IfNotPresent, or name the image by its content: ${loaded.immutable}.`
    : 'Set imagePullPolicy: IfNotPresent. Where nobody wrote Always, the admission plugin AlwaysPullImages of the cluster did.'
  const what = `cannot start: this job loaded ${toLine(image)}, but ${why}`
  return { kind: 'pull-policy', certainty: 'certain', what, remedy }
}

/** The image was loaded, and the node did not have it when the kubelet looked. */
const explainAbsent = (
  { pod, container }: Wait,
  loaded: LoadedImage,
  has: NodeImages,
): Explained => {
  const image = toLine(container.image)
  const there = pod.node === undefined ? undefined : has.get(pod.node)
  if (there?.includes(loaded.canonical)) {
    return {
      kind: 'image-pull',
      certainty: 'likely',
      what: `cannot start yet: it was created before its node had ${image}, and tries again ever more seldom`,
      remedy:
        'Load images before what uses them is applied, or restart it: `kubectl rollout restart`.',
    }
  }
  return {
    kind: 'image-pull',
    certainty: 'certain',
    what: `cannot start: this job loaded ${image}, but the node that it runs on does not have it`,
    remedy:
      'Load into all nodes (leave the input nodes empty). Where it was loaded there, something removed it since: see whether that node is short of disk.',
  }
}

const resemblances: Readonly<Record<Exclude<Resemblance, 'same'>, string>> = {
  'other-tag': 'with another tag or digest',
  'other-place': 'from another registry or folder',
  spelling: 'with a name that is spelt almost the same',
}

/** A name that this job did not load; the nearest that it did load was probably meant. */
const explainOther = (wait: Wait, asked: string, loaded: readonly LoadedImage[]): Explained => {
  const { container } = wait
  const image = toLine(container.image)
  const nearest = findNearest(asked, loaded)
  if (nearest !== undefined && nearest.resemblance !== 'same') {
    const { given } = nearest.image
    return {
      kind: 'image-pull',
      certainty: 'likely',
      what: `cannot start: ${image} was not loaded by this job, but ${given} was, ${resemblances[nearest.resemblance]}`,
      remedy: addPolicy(container, `Let the manifest say ${given}, or build and load ${image}.`),
    }
  }
  const isNever = container.pullPolicy === 'Never'
  return {
    kind: 'image-pull',
    certainty: 'certain',
    what: isNever
      ? `cannot start: its node does not have ${image}, imagePullPolicy Never forbids to pull it, and this job did not load it`
      : `cannot start: ${image} was not loaded by this job and cannot be pulled`,
    remedy: addPolicy(
      container,
      isNever
        ? `Load ${image} in this job, or set imagePullPolicy: IfNotPresent where a registry has it.`
        : `Load ${image} in this job, or see that the nodes may pull it: its name, its registry and its imagePullSecrets.`,
    ),
  }
}

const explainInvalid = (wait: Wait, why: string, loaded: readonly LoadedImage[]): Explained => {
  const meant = findNearest(toAsked(wait.container.image), loaded)?.image
  const instead = meant === undefined ? '' : `; this job loaded ${meant.given}`
  return {
    kind: 'image-pull',
    certainty: 'certain',
    what: `cannot start: ${toLine(wait.container.image)} is no name of an image: ${why}${instead}`,
    remedy: `Correct the name in the manifest${meant === undefined ? '' : `: ${meant.given}`}.`,
  }
}

/** containerd has something by that name, and cannot read it. */
const explainUnreadable = ({ container }: Wait): Explained => ({
  kind: 'image-pull',
  certainty: 'likely',
  what: `cannot start: containerd of its node cannot read the image ${toLine(container.image)}`,
  remedy: 'Remove it from the node (`crictl rmi`) and load it again; see whether the disk is full.',
})

const explain = (wait: Wait, loaded: readonly LoadedImage[], has: NodeImages): Explained => {
  const { container } = wait
  if (container.waiting?.reason === 'ImageInspectError') return explainUnreadable(wait)
  const asked = parseImageReference(container.image)
  if (typeof asked === 'string') return explainInvalid(wait, asked, loaded)
  const nearest = findNearest(asked.canonical, loaded)
  if (nearest?.resemblance !== 'same') return explainOther(wait, asked.canonical, loaded)
  return container.pullPolicy === 'Always'
    ? explainAlways(container, nearest.image)
    : explainAbsent(wait, nearest.image, has)
}

/** Who waits for what this job loaded, or meant to, is its business however long that has waited. */
const isOurs = ({ container }: Wait, loaded: readonly LoadedImage[]): boolean =>
  findNearest(toAsked(container.image), loaded) !== undefined

/**
 * Says why containers wait for images, going by what this job loaded.
 *
 * @param nodeImages canonical names that nodes have, by the nodes' names; what is not known is left out
 * @param since the baseline's clock, ms since 1970; pods that are older and wait for something else
 *   are somebody else's
 */
export const findPullTroubles = (
  { pods }: Cluster,
  loaded: readonly LoadedImage[],
  nodeImages: NodeImages,
  since: number | undefined,
): readonly Finding[] => {
  const sightings = pods.flatMap((pod) =>
    pod.containers.flatMap((container) => {
      const { waiting } = container
      const wait = { pod, container }
      if (waiting === undefined || !reasons.has(waiting.reason)) return []
      // A wait has no time of its own.
      const at = pod.createdAt
      if (!isOurs(wait, loaded) && !isNews(at, since)) return []
      const evidence = [`${waiting.reason}: ${waiting.message}`.replace(/: $/, '')]
      return [{ ...wait, ...explain(wait, loaded, nodeImages), evidence, at }]
    }),
  )
  return toFindings(sightings, undefined)
}
