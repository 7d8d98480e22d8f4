import { toLine } from '../../text/to-line.ts'
import type { Container, LoadedImage, Pod } from './cluster.ts'
import type { Sighting } from './pod-finding.ts'

/** Canonical names that nodes have, by the nodes' names; what is not known is left out. */
export type NodeImages = ReadonlyMap<string, readonly string[]>

/** A container that waits for its image. */
export type Wait = { readonly pod: Pod; readonly container: Container }

export type Explained = Pick<Sighting, 'kind' | 'certainty' | 'what' | 'remedy'>

const hasNoTag = (image: string): boolean => !/[:@]/.test(image.slice(image.lastIndexOf('/') + 1))

/** The kubelet had to ask a registry all the same. */
const explainAlways = ({ image }: Container, loaded: LoadedImage): Explained => {
  const isDefault = /:latest$/.test(loaded.canonical)
  const why = !isDefault
    ? 'its imagePullPolicy is Always, so that Kubernetes asks a registry each time'
    : hasNoTag(image)
      ? 'without a tag Kubernetes takes :latest and asks a registry each time (imagePullPolicy Always)'
      : 'with the tag :latest Kubernetes asks a registry each time (imagePullPolicy Always)'
  const remedy = isDefault
    ? `Set imagePullPolicy: IfNotPresent, or name the image by its content: ${toLine(loaded.immutable)}.`
    : 'Set imagePullPolicy: IfNotPresent. Where nobody wrote Always, the admission plugin AlwaysPullImages of the cluster did.'
  const what = `cannot start: this job loaded ${toLine(image)}, but ${why}`
  return { kind: 'pull-policy', certainty: 'certain', what, remedy }
}

const cannot = (certainty: Explained['certainty'], why: string, remedy: string): Explained => ({
  kind: 'image-pull',
  certainty,
  what: `cannot start${why}`,
  remedy,
})

/**
 * The node did not have it when the kubelet looked.
 *
 * @param nodes into which it was loaded
 * @param isThere now; undefined where the node does not tell
 */
const explainAbsent = (
  { pod: { node = '' }, container }: Wait,
  nodes: readonly string[],
  isThere: boolean | undefined,
): Explained => {
  const image = toLine(container.image)
  const absent = `: this job loaded ${image}, but the node that it runs on does not have it`
  const [first, again] = [
    'Load images before what uses them is applied, or restart it: `kubectl rollout restart`.',
    'Load it again. Something removed it: see whether that node is short of disk, or was made anew.',
  ]
  if (isThere) {
    const why = ` yet: it was created before its node had ${image}, and tries again ever more seldom`
    return cannot('likely', why, first)
  }
  if (!nodes.includes(node)) {
    const others = nodes.map(toLine).join(', ') || 'no node'
    const remedy = 'Load into all nodes (leave the input nodes empty).'
    return cannot('certain', `${absent}: it was loaded into ${others}`, remedy)
  }
  if (isThere === false) return cannot('certain', `${absent} any more`, again)
  const why = `: its node did not have ${image} when it looked, although this job loaded it there`
  return cannot(
    'likely',
    why,
    `${first} Or it was removed since: see whether that node is short of disk.`,
  )
}

/** Says why a container waits for an image that this job did load. */
export const explainLoaded = (
  wait: Wait,
  image: LoadedImage,
  loaded: readonly LoadedImage[],
  has: NodeImages,
): Explained => {
  if (wait.container.pullPolicy === 'Always') return explainAlways(wait.container, image)
  // Several steps may have loaded it, each into other nodes.
  const same = loaded.filter(({ canonical }) => canonical === image.canonical)
  const nodes = [...new Set(same.flatMap((each) => each.nodes))]
  return explainAbsent(wait, nodes, has.get(wait.pod.node ?? '')?.includes(image.canonical))
}
