import { parseImageReference, toCriName } from '../../image/reference.ts'
import { type Refusal, toRefusal } from '../../image/refusal.ts'
import { isFilesImage } from '../../ownership.ts'
import type { Finding } from '../finding/finding.ts'
import { isSince } from '../finding/since.ts'
import type { ClusterFacts } from './cluster-facts.ts'
import { cannotStart, explainLoaded, type Wait } from './explain-loaded.ts'
import { findNearest, type Resemblance } from './nearest-image.ts'
import type { Container, Pod } from './parse-cluster.ts'
import { type Explanation, toFindings } from './pod-finding.ts'

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
export const toAsked = (image: string): string => {
  const asked = parseImageReference(image)
  const lower = typeof asked === 'string' ? parseImageReference(image.toLowerCase()) : asked
  return typeof lower === 'string' ? image : toCriName(lower.canonical)
}

/**
 * What a container waits for: where it mounts an image, it waits for that one in the same words as for its
 * own (pkg/kubelet/kuberuntime, toKubeContainerImageVolumes), and only the kubelet's message names it.
 */
const toMeant = (pod: Pod, container: Container): Wait => {
  const said = container.waiting?.message ?? ''
  const names = said.matchAll(/"([^"]+)"|\bimage pull failed for (\S+) because /g)
  const named = new Set([...names].map(([, quoted, bare]) => toAsked(quoted ?? bare ?? '')))
  const own: Wait = { pod, container, policy: 'imagePullPolicy' }
  if (named.has(toAsked(container.image))) return own
  const mounted = pod.volumeImages.find(({ image }) => named.has(toAsked(image)))
  return mounted ? { pod, container: { ...container, ...mounted }, policy: 'pullPolicy' } : own
}

const resemblances: Readonly<Record<Exclude<Resemblance, 'same'>, string>> = {
  'other-tag': 'another tag or digest',
  'other-place': 'another registry or folder',
  spelling: 'almost the same spelling',
}

/** Why a node could not pull, where nothing about the name, and no secret, would help. */
const obstacles: {
  readonly [kind in Refusal['kind']]?: readonly [why: string, remedy: (image: string) => string]
} = {
  'disk-full': [
    'its node has no space left for it',
    () =>
      "Free some of the runner's disk before the images are built (free-disk), or take a larger runner.",
  ],
  'rate-limit': [
    'its registry lets the node pull no more for now',
    (image) =>
      `Load ${image} in this job, after a login to its registry, or give the nodes a mirror of Docker Hub (registry-mirrors).`,
  ],
  certificate: [
    "the node does not trust its registry's certificate, or that speaks no TLS",
    (image) =>
      `Load ${image} in this job, or tell the nodes' containerd of the registry (hosts.toml in /etc/containerd/certs.d).`,
  ],
  passing: [
    'the node does not reach its registry',
    (image) =>
      `Load ${image} in this job, or check its registry's name, and the network and DNS of the nodes.`,
  ],
}

/** A name that this job did not load; the nearest that it did load was probably meant. */
const explainOther = (
  { container: { image, pullPolicy, waiting }, policy }: Wait,
  nearest: ReturnType<typeof findNearest>,
): Explanation => {
  // With `Always` a right name alone changes nothing.
  const also = pullPolicy === 'Always' ? ` Set ${policy}: IfNotPresent, too; it is Always.` : ''
  if (nearest !== undefined && nearest.resemblance !== 'same') {
    const { given } = nearest.image
    return cannotStart(
      'likely',
      `: this job loaded ${given}, not ${image} (${resemblances[nearest.resemblance]})`,
      `Let the manifest say ${given}, or build and load ${image}.${also}`,
    )
  }
  if (isFilesImage(image)) {
    return cannotStart(
      'likely',
      `: its node has no files image ${image}; its tag changes with the files`,
      'Take the name from the output volumes of the step with node-files-images, which has to come first and to include that node.',
    )
  }
  if (pullPolicy === 'Never') {
    return cannotStart(
      'certain',
      `: its node lacks ${image}, which ${policy} Never forbids to pull and this job did not load`,
      `Load ${image} in this job, or set ${policy}: IfNotPresent if a registry has it.`,
    )
  }
  const [why, remedy] = obstacles[toRefusal(waiting?.message ?? '').kind] ?? [
    'the node cannot pull it',
    () =>
      `Load ${image} in this job, or check its name, its registry and the pod's imagePullSecrets.`,
  ]
  return cannotStart(
    'certain',
    `: this job did not load ${image}, and ${why}`,
    `${remedy(image)}${also}`,
  )
}

const explain = (wait: Wait, facts: ClusterFacts): Explanation => {
  const { image, waiting } = wait.container
  if (waiting?.reason === 'ImageInspectError') {
    return cannotStart(
      'likely',
      `: containerd on its node cannot read the image ${image}`,
      'Remove it from the node (`crictl rmi`) and load it again; check whether the disk is full.',
    )
  }
  const asked = parseImageReference(image)
  const nearest = findNearest(toAsked(image), facts.loaded)
  if (typeof asked === 'string') {
    const meant = nearest?.image.given
    return cannotStart(
      'certain',
      `: ${image} is not an image name (${asked})${meant ? `; this job loaded ${meant}` : ''}`,
      `Correct the name in the manifest${meant ? `: ${meant}` : ''}.`,
    )
  }
  return nearest?.resemblance === 'same'
    ? explainLoaded(wait, nearest.image, facts)
    : explainOther(wait, nearest)
}

/** Says why containers wait for images, going by what this job loaded. */
export const findPullTroubles = (facts: ClusterFacts): readonly Finding[] => {
  const { cluster, loaded, since } = facts
  const troubles = cluster.pods.flatMap((pod) =>
    pod.containers.flatMap((each) => {
      const meant = toMeant(pod, each)
      const { waiting, image } = meant.container
      if (waiting === undefined || !reasons.has(waiting.reason)) return []
      // Who waits for what this job loaded, or meant to, is its business however long that has waited.
      const isOurs = findNearest(toAsked(image), loaded) !== undefined
      // A wait has no time of its own.
      const wait = { ...meant, at: pod.createdAt }
      // Older pods that wait for something else are somebody else's.
      if (!isOurs && !isSince(wait.at, since)) return []
      const evidence = [`${waiting.reason}: ${waiting.message}`.replace(/: $/, '')]
      return [{ ...wait, ...explain(wait, facts), evidence }]
    }),
  )
  return toFindings(troubles, undefined)
}
