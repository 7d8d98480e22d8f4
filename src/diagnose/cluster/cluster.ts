/** What the Kubernetes API tells of a cluster; environments, commands and secrets are not read. */
export type Cluster = {
  readonly pods: readonly Pod[]
  readonly events: readonly Event[]
  readonly nodes: readonly ClusterNode[]
}

export type Pod = {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  /** What keeps it, such as `ReplicaSet/api-6d4cf56db6`; undefined of a pod of its own. */
  readonly owner: string | undefined
  /** Undefined while no node was found for it. */
  readonly node: string | undefined
  /** Such as `Evicted`. */
  readonly reason: string | undefined
  readonly message: string | undefined
  /** Why no node was found for it, in the scheduler's words. */
  readonly unschedulable: string | undefined
  /** ISO 8601, as all times here. */
  readonly createdAt: string | undefined
  /** When it became what it is: was evicted, failed, found no node; else when its node took it. */
  readonly changedAt: string | undefined
  readonly containers: readonly Container[]
}

export type Container = {
  readonly name: string
  /** As the pod's spec has it. */
  readonly image: string
  readonly pullPolicy: 'Always' | 'IfNotPresent' | 'Never'
  /** Such as `ErrImagePull`, with the kubelet's words, or `CrashLoopBackOff`, without. */
  readonly waiting: { readonly reason: string; readonly message: string } | undefined
  /** How it ended last: now, or before it was started again. */
  readonly ended:
    | { readonly exitCode: number; readonly reason: string; readonly at: string | undefined }
    | undefined
  /** `containerd://...` of the container that ended last, without the scheme. */
  readonly endedId: string | undefined
  readonly hasLivenessProbe: boolean
  /** Bytes; undefined without a limit. */
  readonly memoryLimit: number | undefined
}

export type Event = {
  readonly namespace: string
  /** Of what it is about. */
  readonly kind: string
  readonly name: string
  /** Of a pod, where it is about one. */
  readonly container: string | undefined
  readonly reason: string
  /** Of `Unhealthy` often but `Liveness probe failed`: the rest may hold secrets, and is not read. */
  readonly message: string
  readonly count: number
  /** Last seen, ISO 8601. */
  readonly at: string | undefined
}

export type ClusterNode = {
  readonly name: string
  /** Conditions that are bad now, with the kubelet's words: pressures, and `Ready`, which it is not. */
  readonly troubles: readonly { readonly type: string; readonly message: string }[]
  /** Bytes that Kubernetes believes pods may use there. */
  readonly allocatableMemory: number | undefined
}

/** An image that this job put into the nodes. */
export type LoadedImage = {
  /** As the step was given it. */
  readonly given: string
  /** As containerd has it, such as `docker.io/library/api:dev`. */
  readonly canonical: string
  /** The tag by its content, such as `api:sha-0123456789ab`. */
  readonly immutable: string
  readonly id: string
  /** Names of the nodes that it was put into, which may not be all. */
  readonly nodes: readonly string[]
}
