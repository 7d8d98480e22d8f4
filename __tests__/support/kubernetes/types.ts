/** What the API has beyond what is looked at here. */
export type Fields = Readonly<Record<string, unknown>>

export type ContainerSpec = Fields & {
  readonly name: string
  readonly image: string
  readonly imagePullPolicy: string
  readonly resources: { readonly limits?: { readonly memory?: string } }
  readonly livenessProbe?: unknown
}

export type Ended = Fields & {
  readonly exitCode: number
  readonly reason: string
  readonly finishedAt: string | null
  readonly containerID?: string
  readonly message?: string
}

export type State = {
  readonly waiting?: { readonly reason: string; readonly message?: string }
  readonly running?: unknown
  readonly terminated?: Ended
}

export type ContainerStatus = Fields & {
  readonly name: string
  readonly state: State
  readonly lastState: State
  readonly restartCount: number
  readonly ready: boolean
}

type Condition = Fields & {
  readonly type: string
  readonly status: string
  readonly message?: string
  readonly lastTransitionTime: string
}

export type ApiPod = {
  readonly metadata: Fields & {
    readonly namespace: string
    readonly name: string
    readonly uid: string
    readonly creationTimestamp: string
    readonly deletionTimestamp?: string
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[]
  }
  readonly spec: Fields & {
    readonly nodeName?: string
    readonly initContainers?: readonly ContainerSpec[]
    readonly containers: readonly ContainerSpec[]
    readonly resources?: { readonly limits?: { readonly memory?: string } }
    readonly volumes?: readonly (Fields & {
      readonly image?: { readonly reference: string; readonly pullPolicy: string }
    })[]
  }
  readonly status: Fields & {
    readonly phase: string
    readonly reason?: string
    readonly message?: string
    readonly startTime?: string
    readonly conditions: readonly Condition[]
    readonly initContainerStatuses?: readonly ContainerStatus[]
    readonly containerStatuses?: readonly ContainerStatus[]
  }
}

export type ApiEvent = Fields & {
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly involvedObject: Fields & {
    readonly kind: string
    readonly namespace?: string
    readonly name: string
    readonly fieldPath?: string
  }
  readonly reason: string
  readonly message: string
  readonly count?: number
  readonly lastTimestamp: string | null
  readonly series?: { readonly count: number; readonly lastObservedTime: string }
}

export type ApiNode = {
  readonly metadata: Fields & { readonly name: string }
  readonly status: {
    readonly allocatable: Fields & { readonly memory: string }
    readonly conditions: readonly (Condition & { readonly message: string })[]
  }
}
