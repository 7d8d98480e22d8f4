import type { ClusterFacts } from './cluster-facts.ts'
import type { LoadedImage } from './loaded-image.ts'
import type { Container, Pod } from './parse-cluster.ts'
import type { Explanation } from './pod-finding.ts'

/** A container that waits for its image, or for that of a volume. */
export type Wait = {
  readonly pod: Pod
  readonly container: Container
  /** What a manifest calls the policy of that image. */
  readonly policy: 'imagePullPolicy' | 'pullPolicy'
}

/** @param why goes on after `cannot start` */
export const cannotStart = (
  certainty: Explanation['certainty'],
  why: string,
  remedy: string,
  kind: Explanation['kind'] = 'image-pull',
): Explanation => ({ kind, certainty, what: `cannot start${why}`, evidence: [], remedy })

/** The kubelet had to ask a registry all the same. */
const explainAlways = (
  { container: { image }, policy }: Wait,
  { canonical, immutable }: LoadedImage,
): Explanation =>
  canonical.endsWith(':latest')
    ? cannotStart(
        'certain',
        `: Kubernetes always pulls untagged and :latest images, also ${image}, which this job loaded`,
        `Set ${policy}: IfNotPresent, or name the image by its content: ${immutable}.`,
        'pull-policy',
      )
    : cannotStart(
        'certain',
        `: its ${policy} is Always, so the kubelet pulls ${image} although this job loaded it`,
        `Set ${policy}: IfNotPresent. If no manifest says Always, the admission plugin AlwaysPullImages set it.`,
        'pull-policy',
      )

const loadFirst =
  'Load images before you apply what uses them, or restart it: `kubectl rollout restart`.'

/** The other thing that may be wrong where the node has what the kubelet does not take. */
const ifItStays =
  'If it stays so with Kubernetes 1.35 or later, some pod has pulled the same image from a registry, and the kubelet does not trust the loaded one any more (kubernetes#138175): load it under every name that pods use, so that none pulls it.'

/**
 * The node did not have it when the kubelet looked.
 *
 * @param nodes into which it was loaded
 * @param isThere now; undefined where the node does not tell
 */
const explainAbsent = (
  { pod: { node = '' }, container: { image } }: Wait,
  nodes: readonly string[],
  isThere: boolean | undefined,
): Explanation => {
  if (isThere) {
    const why = ` yet: the kubelet looked before its node had ${image}, and retries ever less often`
    return cannotStart('likely', why, `${loadFirst} ${ifItStays}`)
  }
  if (!nodes.includes(node)) {
    const why = `: this job loaded ${image} into ${nodes.join(', ') || 'no node'}, not into its node`
    return cannotStart('certain', why, 'Load into all nodes (leave the input nodes empty).')
  }
  if (isThere === false) {
    const why = `: this job loaded ${image}, but its node does not have it any more`
    const remedy = 'Load it again. Check whether the node is short of disk, or was recreated.'
    return cannotStart('certain', why, remedy)
  }
  const why = `: its node lacked ${image} when the kubelet looked, although this job loaded it there`
  return cannotStart('likely', why, `${loadFirst} If it was removed, check the node's free disk.`)
}

/** Says why a container waits for an image that this job did load. */
export const explainLoaded = (
  wait: Wait,
  image: LoadedImage,
  { loaded, nodeImages }: ClusterFacts,
): Explanation => {
  const { pod, container } = wait
  if (container.pullPolicy === 'Always') return explainAlways(wait, image)
  // Several steps may have loaded it, each into other nodes.
  const same = loaded.filter(({ canonical }) => canonical === image.canonical)
  const nodes = [...new Set(same.flatMap((each) => each.nodes))]
  return explainAbsent(wait, nodes, nodeImages.get(pod.node ?? '')?.includes(image.canonical))
}
