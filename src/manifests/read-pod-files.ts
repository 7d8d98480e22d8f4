import type { Reader } from './document.ts'
import { isPlaceholder } from './placeholders.ts'
import { type Placement, readPlacement } from './read-placement.ts'

/** A folder or file of a node, as a volume names it. */
export type HostPath = {
  readonly path: string
  readonly type: string | undefined
  /** Of the path, and of the type where there is one; counted from 1. */
  readonly line: number
  readonly typeLine: number
}

/** A volume of a pod that leads to a node's own files, or may. */
export type PodVolume = {
  readonly name: string
  readonly host: HostPath | undefined
  /** The name of a PersistentVolumeClaim. */
  readonly claim: string | undefined
  /** Whether the volume itself is read-only, which only a claim's can be. */
  readonly isReadOnly: boolean
}

export type PodMount = {
  readonly container: string
  readonly volume: string
  readonly subPath: string | undefined
  readonly isReadOnly: boolean
  readonly line: number
}

/** What a pod has of its node's files, and which node that is. */
export type PodFiles = {
  readonly volumes: readonly PodVolume[]
  readonly mounts: readonly PodMount[]
  /** The line of `fsGroup`. */
  readonly fsGroupLine: number | undefined
  readonly placement: Placement
}

/** What reads a document, and knows its lines. */
type Lines = { readonly reader: Reader; readonly lineAt: (offset: number) => number }

const isTrue = ({ text }: Reader, node: unknown): boolean =>
  // Kubernetes reads YAML 1.1.
  /^(true|yes|on|y)$/i.test(text(node) ?? '')

const lineOf = ({ lineAt }: Lines, node: { readonly range?: unknown } | undefined): number =>
  lineAt(Number((node?.range as readonly number[] | null | undefined)?.[0] ?? 0))

/** Of `hostPath` or `local`; undefined for what a template is still to write. */
export const readHostPath = (source: Lines, volume: unknown): HostPath | undefined => {
  const { at, text } = source.reader
  const node = at(volume, 'path')
  const path = text(node)
  if (path === undefined || isPlaceholder(path)) return undefined
  const type = at(volume, 'type')
  const line = lineOf(source, node)
  return {
    path,
    type: text(type) || undefined,
    line,
    typeLine: type === undefined ? line : lineOf(source, type),
  }
}

const readVolume = (source: Lines, volume: unknown): readonly PodVolume[] => {
  const { reader } = source
  const { at, text } = reader
  const name = text(at(volume, 'name')) ?? ''
  const claim = at(volume, 'persistentVolumeClaim')
  const host = readHostPath(source, at(volume, 'hostPath'))
  const claimName = text(at(claim, 'claimName'))
  if (host === undefined && claimName === undefined) return []
  return [{ name, host, claim: claimName, isReadOnly: isTrue(reader, at(claim, 'readOnly')) }]
}

const readMounts = (source: Lines, container: unknown): readonly PodMount[] => {
  const { reader } = source
  const { at, items, text } = reader
  return items(at(container, 'volumeMounts')).map((mount) => {
    const where = at(mount, 'mountPath') ?? at(mount, 'name')
    // An expression is known only to the container.
    const expression = text(at(mount, 'subPathExpr'))
    return {
      container: text(at(container, 'name')) ?? '?',
      volume: text(at(mount, 'name')) ?? '',
      subPath: expression === undefined ? text(at(mount, 'subPath')) || undefined : '$',
      isReadOnly: isTrue(reader, at(mount, 'readOnly')),
      line: lineOf(source, where),
    }
  })
}

/** Reads what a pod has of its node's files. */
export const readPodFiles = (source: Lines, spec: unknown): PodFiles => {
  const { at, items } = source.reader
  const fsGroup = at(spec, 'securityContext', 'fsGroup')
  return {
    volumes: items(at(spec, 'volumes')).flatMap((volume) => readVolume(source, volume)),
    mounts: ['initContainers', 'containers'].flatMap((list) =>
      items(at(spec, list)).flatMap((container) => readMounts(source, container)),
    ),
    fsGroupLine: fsGroup === undefined ? undefined : lineOf(source, fsGroup),
    placement: readPlacement(source, spec),
  }
}
