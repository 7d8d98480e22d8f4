import { parseImageReference, toCriName } from '../../image/reference.ts'
import { toLine } from '../../text/to-line.ts'
import type { Finding } from '../finding/finding.ts'
import { isNews } from '../finding/since.ts'
import type { Cluster, Container, LoadedImage } from './cluster.ts'
import { type Explained, explainLoaded, type NodeImages, type Wait } from './explain-loaded.ts'
import { findNearest, type Resemblance } from './nearest-image.ts'
import { toFindings } from './pod-finding.ts'

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

/** A name as canonical as can be, to compare with those that were loaded. */
const toAsked = (image: string): string => {
  const asked = parseImageReference(image)
  const lower = typeof asked === 'string' ? parseImageReference(image.toLowerCase()) : asked
  return typeof lower === 'string' ? image : toCriName(lower.canonical)
}

/** With `Always` a right name alone changes nothing. */
const addPolicy = ({ pullPolicy }: Container, remedy: string): string =>
  pullPolicy === 'Always'
    ? `${remedy} Set imagePullPolicy: IfNotPresent, too: now it is Always.`
    : remedy

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
    const given = toLine(nearest.image.given)
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
  const nearest = findNearest(toAsked(wait.container.image), loaded)?.image
  const meant = nearest && toLine(nearest.given)
  const instead = meant === undefined ? '' : `; this job loaded ${meant}`
  return {
    kind: 'image-pull',
    certainty: 'certain',
    what: `cannot start: ${toLine(wait.container.image)} is no name of an image: ${toLine(why)}${instead}`,
    remedy: `Correct the name in the manifest${meant === undefined ? '' : `: ${meant}`}.`,
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
  return explainLoaded(wait, nearest.image, loaded, has)
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
