import type { Warning } from '../host/log.ts'
import type { ImageReference } from '../image/reference.ts'
import type { Placement } from './read-placement.ts'
import type { HostPath, PodFiles } from './read-pod-files.ts'
import type { Volumes } from './read-storage.ts'

/** An object of a manifest. */
export type Named = {
  /** Relative to the workspace. */
  readonly file: string
  readonly namespace: string | undefined
  readonly name: string
}

/** What runs pods, as a manifest has it; of environments and arguments only names of images are read. */
export type Workload = Named & {
  /** Such as `Deployment`. */
  readonly kind: string
  /** How many of them run at once. */
  readonly pods: number | 'per-node'
  /** Those that run first come first. */
  readonly containers: readonly Container[]
  /** Of memory and CPUs of the pod as a whole, which Kubernetes 1.34 and later have. */
  readonly resources: Pick<Container, 'requests' | 'limits'>
  readonly volumes: Volumes
  /** Those of its volumes that are images, which Kubernetes pulls as it pulls those of containers. */
  readonly imageVolumes: readonly ImageVolume[]
  readonly files: PodFiles
  readonly pulls: PodPulls
}

export type ImageVolume = Pick<Container, 'name' | 'image' | 'pullPolicy' | 'line'>

/** With which secrets a pod's images are pulled. */
export type PodPulls = {
  readonly hasSecrets: boolean
  /** The ServiceAccount, whose secrets count where the pod has none. */
  readonly account: string
}

/** An image that something in a manifest names. */
export type NamedImage = {
  readonly reference: ImageReference
  readonly file: string
  /** Counted from 1. */
  readonly line: number
}

/** A PersistentVolumeClaim that stands by itself. */
export type Claim = Named & {
  readonly bytes: number
  /** Of the PersistentVolume that it asks for; undefined for any. */
  readonly volumeName: string | undefined
  /** Counted from 1. */
  readonly line: number
}

/** A PersistentVolume that is a folder of a node. */
export type PersistentVolume = Named & {
  readonly host: HostPath
  /** Whether it is a `local` one, which the kubelet treats in other ways than `hostPath`. */
  readonly isLocal: boolean
  /** What it is kept for. */
  readonly claim: { readonly namespace: string | undefined; readonly name: string } | undefined
  readonly placement: Placement
}

export type Container = {
  readonly name: string
  /** `init` ends before the next one starts, `sidecar` is one that starts first and stays. */
  readonly role: 'main' | 'init' | 'sidecar'
  /** As written, and so perhaps no name at all. */
  readonly image: string
  /** As written; undefined leaves it to Kubernetes. */
  readonly pullPolicy: string | undefined
  readonly requests: Amounts
  readonly limits: Amounts
  /** By a resource, or by how its pod is run. */
  readonly asksForGpu: boolean
  /** Of the image, counted from 1. */
  readonly line: number
}

/** `storage` is Kubernetes' `ephemeral-storage`: what a container writes to its node's disk. */
export type Resource = 'memory' | 'cpu' | 'storage'

/** Bytes and CPUs; undefined where nothing is said. */
export type Amounts = Readonly<Record<Resource, number | undefined>>

/** All that was found under the input `manifests`. */
export type Manifests = {
  readonly workloads: readonly Workload[]
  readonly claims: readonly Claim[]
  readonly persistentVolumes: readonly PersistentVolume[]
  /** ServiceAccounts with secrets for pulling. */
  readonly accounts: readonly Omit<Named, 'file'>[]
  /** Of pods, and of what operators make pods of; one may be there often. */
  readonly images: readonly NamedImage[]
  /** What may name an image, and nobody can tell which. */
  readonly unknownImages: readonly (Pick<NamedImage, 'file' | 'line'> & { readonly why: string })[]
  /** About files that could not be read. */
  readonly warnings: readonly Warning[]
}

/** What was found in several places, as one. */
export const joinManifests = (all: readonly Partial<Manifests>[]): Manifests => ({
  workloads: all.flatMap(({ workloads = [] }) => workloads),
  claims: all.flatMap(({ claims = [] }) => claims),
  persistentVolumes: all.flatMap(({ persistentVolumes = [] }) => persistentVolumes),
  accounts: all.flatMap(({ accounts = [] }) => accounts),
  images: all.flatMap(({ images = [] }) => images),
  unknownImages: all.flatMap(({ unknownImages = [] }) => unknownImages),
  warnings: all.flatMap(({ warnings = [] }) => warnings),
})
