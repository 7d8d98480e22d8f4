import { parseQuantity } from '../cluster/quantity.ts'
import type { Reader } from './document.ts'
import { isOfKo, isPlaceholder } from './placeholders.ts'
import { type Item, readClaim, readName, readPersistentVolume, type Source } from './read-claims.ts'
import { joinNamed, readImages } from './read-images.ts'
import { readPodFiles } from './read-pod-files.ts'
import { readAccount, readImageVolumes, readPulls } from './read-pulls.ts'
import { readVolumes } from './read-storage.ts'
import type { Amounts, Container, Manifests, Workload } from './workload.ts'

/** Where each kind has what its pods are made from. */
const podPaths: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  Deployment: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  ReplicationController: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  PodTemplate: ['template', 'spec'],
}

/** Kinds that controllers of many clusters add, by the beginning of their apiVersion. */
const furtherPaths: readonly (readonly [group: string, kind: string, path: readonly string[]])[] = [
  ['argoproj.io/', 'Rollout', ['spec', 'template', 'spec']],
  ['serving.knative.dev/', 'Service', ['spec', 'template', 'spec']],
  ['apps.openshift.io/', 'DeploymentConfig', ['spec', 'template', 'spec']],
]

const findPath = (kind: string, apiVersion: string): readonly string[] | undefined =>
  furtherPaths.find(([group, name]) => name === kind && apiVersion.startsWith(group))?.[2] ??
  podPaths[kind]

/** Lists may hold lists, but nobody writes that, and one may hold itself. */
const deepestList = 3

/** What to do about templates. */
export const renderFirst =
  'Render it before this step (`helm template`, `kustomize build`), and name the output instead.'

const readAmounts = ({ reader, lineAt, warn }: Source, resources: unknown): Amounts => {
  const { at, text } = reader
  const read = (name: string): number | undefined => {
    const node = at(resources, name)
    const written = text(node)
    if (written === undefined || isPlaceholder(written)) return undefined
    // Kubernetes leaves out white space around it.
    const amount = parseQuantity(written.trim())
    if (amount === undefined) {
      const given = JSON.stringify(written.slice(0, 100))
      warn(
        `Kubernetes refuses the amount ${given} of ${name}: write a number with a unit, such as 128Mi or 500m.`,
        lineAt(node?.range?.[0] ?? 0),
      )
    }
    return amount
  }
  return { memory: read('memory'), cpu: read('cpu'), storage: read('ephemeral-storage') }
}

/** Of a container, or of a pod as a whole. */
const readResources = (source: Source, node: unknown): Pick<Container, 'requests' | 'limits'> => {
  const { at } = source.reader
  const limits = readAmounts(source, at(node, 'resources', 'limits'))
  return { limits, requests: readAmounts(source, at(node, 'resources', 'requests')) }
}

const roleOf = ({ at, text }: Reader, node: unknown, list: string): Container['role'] => {
  if (list === 'containers') return 'main'
  return text(at(node, 'restartPolicy')) === 'Always' ? 'sidecar' : 'init'
}

/** Such as `nvidia.com/gpu`, `amd.com/gpu`, `gpu.intel.com/i915`, `nvidia.com/mig-1g.5gb`. */
const gpuResource = /gpu|nvidia/i

/** Where devices are claimed, nobody but the cluster knows of which kind they are. */
const readsGpu = ({ at, keys }: Reader, container: unknown): boolean =>
  at(container, 'resources', 'claims') !== undefined ||
  ['limits', 'requests'].some((list) =>
    keys(at(container, 'resources', list)).some((name) => gpuResource.test(name)),
  )

const readContainer = (
  source: Source,
  node: unknown,
  list: string,
  isGpuPod: boolean,
): readonly Container[] => {
  const { reader, lineAt, warn } = source
  const { at, text } = reader
  const written = at(node, 'image')
  // Patches name only what they change.
  if (written === undefined) return []
  const image = text(written)
  const line = lineAt(written.range?.[0] ?? 0)
  if (image !== undefined && isOfKo(image)) {
    warn('ko builds and names this image when it applies the file, so it is not checked.', line)
    return []
  }
  if (image === undefined || isPlaceholder(image)) {
    const name = image === undefined ? '' : ` ${JSON.stringify(image.slice(0, 100))}`
    warn(`The image${name} is a placeholder, so it is not checked. ${renderFirst}`, line)
    return []
  }
  const { limits, requests: asked } = readResources(source, node)
  // Kubernetes takes a limit for the request where none is written.
  const requests = {
    memory: asked.memory ?? limits.memory,
    cpu: asked.cpu ?? limits.cpu,
    storage: asked.storage ?? limits.storage,
  }
  const name = text(at(node, 'name')) ?? '?'
  const pullPolicy = text(at(node, 'imagePullPolicy')) || undefined
  const role = roleOf(reader, node, list)
  const asksForGpu = isGpuPod || readsGpu(reader, node)
  return [{ name, role, image, pullPolicy, requests, limits, asksForGpu, line }]
}

const readCount = ({ at, text }: Reader, spec: unknown, key: string): number | undefined => {
  const written = text(at(spec, key))
  return written !== undefined && /^\d{1,9}$/.test(written) ? Number(written) : undefined
}

const countPods = (reader: Reader, kind: string, document: unknown): Workload['pods'] => {
  const { at, text } = reader
  if (kind === 'Pod') return 1
  if (kind === 'PodTemplate') return 0
  if (kind === 'DaemonSet') return 'per-node'
  const spec = at(document, 'spec')
  if (kind !== 'Job' && kind !== 'CronJob') return readCount(reader, spec, 'replicas') ?? 1
  // Kubernetes reads YAML 1.1.
  if (/^(true|yes|on|y)$/i.test(text(at(spec, 'suspend')) ?? '')) return 0
  const job = kind === 'Job' ? spec : at(spec, 'jobTemplate', 'spec')
  const parallelism = readCount(reader, job, 'parallelism') ?? 1
  return Math.min(parallelism, readCount(reader, job, 'completions') ?? parallelism)
}

/** A document, or all that is in it where it is a list. */
const unpack = (reader: Reader, node: unknown, usual = '', depth = 0): readonly Item[] => {
  const { at, items, text } = reader
  const kind = text(at(node, 'kind')) ?? usual
  if (!kind.endsWith('List') || depth >= deepestList) return [{ node, kind }]
  const itemKind = kind.slice(0, -'List'.length)
  return items(at(node, 'items')).flatMap((it) => unpack(reader, it, itemKind, depth + 1))
}

const readWorkload = (source: Source, { node, kind }: Item): readonly Workload[] => {
  const { file, reader } = source
  const { at, items, text } = reader
  const path = findPath(kind, text(at(node, 'apiVersion')) ?? '')
  if (path === undefined) return []
  const spec = at(node, ...path)
  const isGpuPod = gpuResource.test(text(at(spec, 'runtimeClassName')) ?? '')
  const containers = ['initContainers', 'containers'].flatMap((list) =>
    items(at(spec, list)).flatMap((item) => readContainer(source, item, list, isGpuPod)),
  )
  return [
    {
      ...{ file, kind, ...readName(reader, node), pods: countPods(reader, kind, node), containers },
      resources: readResources(source, spec),
      volumes: readVolumes(reader, node, spec),
      imageVolumes: readImageVolumes(source, spec),
      files: readPodFiles(source, spec),
      pulls: readPulls(reader, spec),
    },
  ]
}

const readNamed = (source: Source, { node, kind }: Item) => {
  const { at, text } = source.reader
  const apiVersion = text(at(node, 'apiVersion')) ?? ''
  const path = findPath(kind, apiVersion)
  return readImages(source, node, apiVersion, path && at(node, ...path))
}

/** Reads what runs pods, claims volumes or is one, and what names images in a document. */
export const readDocument = (source: Source, contents: unknown): Omit<Manifests, 'warnings'> => {
  const found = unpack(source.reader, contents)
  return {
    workloads: found.flatMap((item) => readWorkload(source, item)),
    claims: found.flatMap((item) => readClaim(source, item)),
    persistentVolumes: found.flatMap((item) => readPersistentVolume(source, item)),
    accounts: found.flatMap(({ node, kind }) =>
      readAccount(source.reader, kind, node) ? [readName(source.reader, node)] : [],
    ),
    ...joinNamed(found.map((item) => readNamed(source, item))),
  }
}
