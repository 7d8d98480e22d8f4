import { runLabel } from '../ownership.ts'
import { type Kubectl, listAll } from './kubectl.ts'

type State = {
  readonly waiting?: { readonly reason?: string; readonly message?: string }
  readonly terminated?: { readonly reason?: string; readonly exitCode?: number }
}

type ContainerStatus = {
  readonly restartCount?: number
  readonly ready?: boolean
  readonly state?: State
  readonly lastState?: State
}

export type Pod = {
  readonly metadata?: { readonly name?: string; readonly uid?: string }
  readonly status?: {
    readonly phase?: string
    readonly reason?: string
    readonly message?: string
    readonly conditions?: readonly {
      readonly type?: string
      readonly status?: string
      readonly reason?: string
      readonly message?: string
    }[]
    readonly initContainerStatuses?: readonly ContainerStatus[]
    readonly containerStatuses?: readonly ContainerStatus[]
  }
}

export type PodEvent = {
  readonly involvedObject?: { readonly kind?: string; readonly name?: string }
  readonly reason?: string
  readonly message?: string
  readonly lastTimestamp?: string | null
  readonly eventTime?: string | null
  readonly metadata?: { readonly creationTimestamp?: string | null }
}

/** A run's builder in a cluster. */
export type BuilderPlace = {
  readonly kubectl: Kubectl
  readonly namespace: string
  readonly runId: string
}

/** Undefined where nobody can say. */
export const findPods = async ({
  kubectl,
  namespace,
  runId,
}: BuilderPlace): Promise<readonly Pod[] | undefined> => {
  const selector = encodeURIComponent(`${runLabel}=${runId}`)
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods?labelSelector=${selector}`
  const list = await kubectl.get<{ readonly items?: readonly Pod[] }>(path)
  return Array.isArray(list?.items) ? list.items : undefined
}

/** Those that warn, of all of the namespace. */
export const findWarnings = async ({
  kubectl,
  namespace,
}: BuilderPlace): Promise<readonly PodEvent[]> => {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events?fieldSelector=type%3DWarning`
  return (await listAll<PodEvent>(kubectl, path)) ?? []
}

/** What is the same for as long as no container of the pod has begun anew. */
export const toIncarnation = ({ metadata, status }: Pod): string =>
  `${metadata?.uid} ${(status?.containerStatuses ?? []).map(({ restartCount }) => restartCount)}`

export const isRunning = ({ status }: Pod): boolean => status?.phase === 'Running'

/** Whether its probe has been answered: one whose container crashes again and again counts as running, too. */
export const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') ?? false
