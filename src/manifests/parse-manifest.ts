import { type Document, LineCounter, parseAllDocuments } from 'yaml'
import { createReader, type Reader } from './document.ts'
import { parseQuantity } from './quantity.ts'
import { readClaimed, readVolumes } from './read-storage.ts'
import type { Amounts, Claim, Container, Manifests, Warning, Workload } from './workload.ts'

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
}

/** Lists may hold lists, but nobody writes that, and one may hold itself. */
const deepestList = 3

type Source = {
  readonly file: string
  readonly reader: Reader
  /** Counted from 1. */
  readonly lineAt: (offset: number) => number
  readonly warn: (message: string, line: number) => void
}

const renderFirst =
  'Name the output of `helm template` or `kustomize build` instead, which has to be made before this step.'

const readAmounts = ({ at, text }: Reader, resources: unknown): Amounts => {
  const read = (name: string): number | undefined => parseQuantity(text(at(resources, name)) ?? '')
  return { memory: read('memory'), cpu: read('cpu'), storage: read('ephemeral-storage') }
}

const roleOf = ({ at, text }: Reader, node: unknown, list: string): Container['role'] => {
  if (list === 'containers') return 'main'
  return text(at(node, 'restartPolicy')) === 'Always' ? 'sidecar' : 'init'
}

const readContainer = (source: Source, node: unknown, list: string): readonly Container[] => {
  const { reader, lineAt, warn } = source
  const { at, text } = reader
  const written = at(node, 'image')
  // Patches name only what they change.
  if (written === undefined) return []
  const image = text(written)
  const line = lineAt(written.range?.[0] ?? 0)
  if (image === undefined || /\{\{|\$[{(]/.test(image)) {
    warn(`The image is still to be filled in, so it is not checked. ${renderFirst}`, line)
    return []
  }
  const limits = readAmounts(reader, at(node, 'resources', 'limits'))
  const asked = readAmounts(reader, at(node, 'resources', 'requests'))
  // Kubernetes takes a limit for the request where none is written.
  const requests = {
    memory: asked.memory ?? limits.memory,
    cpu: asked.cpu ?? limits.cpu,
    storage: asked.storage ?? limits.storage,
  }
  const name = text(at(node, 'name')) ?? '?'
  const pullPolicy = text(at(node, 'imagePullPolicy')) || undefined
  return [{ name, role: roleOf(reader, node, list), image, pullPolicy, requests, limits, line }]
}

const readCount = ({ at, text }: Reader, spec: unknown, key: string): number | undefined => {
  const written = text(at(spec, key))
  return written !== undefined && /^\d{1,9}$/.test(written) ? Number(written) : undefined
}

const countPods = (reader: Reader, kind: string, document: unknown): Workload['pods'] => {
  const { at, text } = reader
  if (kind === 'Pod') return 1
  if (kind === 'DaemonSet') return 'per-node'
  const spec = at(document, 'spec')
  if (kind !== 'Job' && kind !== 'CronJob') return readCount(reader, spec, 'replicas') ?? 1
  if (text(at(spec, 'suspend')) === 'true') return 0
  const job = kind === 'Job' ? spec : at(spec, 'jobTemplate', 'spec')
  const parallelism = readCount(reader, job, 'parallelism') ?? 1
  return Math.min(parallelism, readCount(reader, job, 'completions') ?? parallelism)
}

/** A document, or all that is in it where it is a list. */
const unpack = (reader: Reader, node: unknown, depth = 0): readonly unknown[] => {
  const { at, items, text } = reader
  const isList = text(at(node, 'kind'))?.endsWith('List') && depth < deepestList
  return isList ? items(at(node, 'items')).flatMap((it) => unpack(reader, it, depth + 1)) : [node]
}

const readName = ({ at, text }: Reader, node: unknown): Pick<Claim, 'namespace' | 'name'> => {
  const metadata = at(node, 'metadata')
  const name = text(at(metadata, 'name')) ?? text(at(metadata, 'generateName')) ?? '?'
  return { namespace: text(at(metadata, 'namespace')), name }
}

const readWorkload = (source: Source, node: unknown): readonly Workload[] => {
  const { file, reader } = source
  const { at, items, text } = reader
  const kind = text(at(node, 'kind')) ?? ''
  const path = podPaths[kind]
  if (path === undefined) return []
  const spec = at(node, ...path)
  const containers = ['initContainers', 'containers'].flatMap((list) =>
    items(at(spec, list)).flatMap((item) => readContainer(source, item, list)),
  )
  const pods = countPods(reader, kind, node)
  const volumes = readVolumes(reader, node, spec)
  return [{ file, kind, ...readName(reader, node), pods, containers, volumes }]
}

const readClaim = ({ file, reader, lineAt }: Source, node: unknown): readonly Claim[] => {
  const { at, text } = reader
  const kind = at(node, 'kind')
  if (text(kind) !== 'PersistentVolumeClaim') return []
  const bytes = readClaimed(reader, node)
  return [{ file, ...readName(reader, node), bytes, line: lineAt(kind?.range?.[0] ?? 0) }]
}

type Parsed = { readonly documents: readonly Document[]; readonly lines: LineCounter }

const parseDocuments = (text: string): Parsed => {
  const lines = new LineCounter()
  const parsed = parseAllDocuments(text, { lineCounter: lines })
  return { documents: Array.isArray(parsed) ? parsed : [], lines }
}

/** Reads what runs pods or claims volumes in a file of manifests; what cannot be read becomes a warning. */
export const parseManifest = (text: string, file: string): Manifests => {
  const warnings: Warning[] = []
  const warn = (message: string, line: number): void => {
    // A template that is not rendered would have one for each of its lines.
    if (warnings.length === 0) warnings.push({ message, place: { file, line } })
  }
  try {
    const { documents, lines } = parseDocuments(text)
    // What is missing at the end is missing on a line that there is not.
    const last = text.trimEnd().split('\n').length
    const lineAt = (offset: number): number =>
      Math.min(last, Math.max(1, lines.linePos(offset).line))
    const read = documents.map((document) => {
      const [error] = document.errors
      if (error === undefined) {
        const reader = createReader(document)
        const source = { file, reader, lineAt, warn }
        const nodes = unpack(reader, document.contents)
        return {
          workloads: nodes.flatMap((node) => readWorkload(source, node)),
          claims: nodes.flatMap((node) => readClaim(source, node)),
        }
      }
      // Its message would show the line, which may hold a secret.
      const reason = error.code.toLowerCase().replaceAll('_', ' ')
      warn(
        `Not checked from here on, as this is no YAML (${reason}). ${renderFirst}`,
        lineAt(error.pos[0]),
      )
      return { workloads: [], claims: [] }
    })
    return {
      workloads: read.flatMap(({ workloads }) => workloads),
      claims: read.flatMap(({ claims }) => claims),
      warnings,
    }
  } catch {
    warn('Not checked, as the file is nested too deeply.', 1)
    return { workloads: [], claims: [], warnings }
  }
}
