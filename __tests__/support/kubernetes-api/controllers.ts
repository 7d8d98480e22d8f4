import { type Kept, kindOf, type Resource } from './objects.ts'
import { type Obstacle, type Pod, removePod, startPod, warningsOf } from './pods.ts'

/** All objects, by resource, namespace and name. */
export type Store = Map<string, Kept>

export const keyOf = (resource: Resource, namespace: string, name: string): string =>
  `${resource}/${namespace}/${name}`

type Owner = { readonly resource: 'deployments' | 'statefulsets'; readonly object: Kept }

/** Of the objects, what the controller manager, a scheduler and kubelets make. */
export const createControllers = (store: Store) => {
  const pods = new Map<string, Pod>()
  let obstacle: Obstacle | undefined
  const work = new Set<Promise<void>>()

  const put = (resource: Resource, object: Kept): void => {
    store.set(keyOf(resource, object.metadata.namespace, object.metadata.name), object)
  }

  const tell = (
    { metadata }: Kept,
    kind: string,
    name: string,
    reason: string,
    message: string,
  ) => {
    const { namespace } = metadata
    const involvedObject = { kind, namespace, name }
    const lastTimestamp = new Date().toISOString()
    put('events', {
      ...kindOf('events'),
      metadata: { ...metadata, name: `${name}.${crypto.randomUUID().slice(0, 8)}`, labels: {} },
      ...{ involvedObject, type: 'Warning', reason, message, lastTimestamp, count: 1 },
    })
  }

  const makeClaims = ({ metadata, selector = {}, claims = [] }: Kept, pod: string): void => {
    for (const claim of claims) {
      const name = `${claim}-${pod}`
      const own = { ...metadata, name, uid: crypto.randomUUID(), labels: selector }
      const isThere = store.has(keyOf('persistentvolumeclaims', metadata.namespace, name))
      // No annotations: only those of the claim's template, which has none.
      if (!isThere) {
        put('persistentvolumeclaims', {
          ...kindOf('persistentvolumeclaims'),
          metadata: { ...own, annotations: {} },
        })
      }
    }
  }

  const make = async ({ resource, object }: Owner, index: number): Promise<void> => {
    const { template, metadata } = object
    if (template === undefined) throw new Error('the double wants a template')
    const set = resource === 'deployments' ? `${metadata.name}-7d9c5b8f4` : metadata.name
    const name =
      resource === 'deployments' ? `${set}-${crypto.randomUUID().slice(0, 5)}` : `${set}-${index}`
    if (obstacle?.kind === 'quota') {
      const kind = resource === 'deployments' ? 'ReplicaSet' : 'StatefulSet'
      const message = `Error creating: pods "${name}" is forbidden: ${obstacle.message}`
      return tell(object, kind, set, 'FailedCreate', message)
    }
    makeClaims(object, name)
    const pod = await startPod(name, object, template, obstacle)
    // Its owner may have gone while it started.
    if (!store.has(keyOf(resource, metadata.namespace, metadata.name))) return removePod(pod)
    pods.set(name, pod)
    put('pods', pod.object)
    for (const [reason, message] of warningsOf(pod.state))
      tell(object, 'Pod', name, reason, message)
  }

  const start = (owner: Owner, index: number): void => {
    const making = make(owner, index)
    work.add(making)
    void making.finally(() => work.delete(making))
  }

  const podsOf = ({ metadata }: Kept): readonly Pod[] =>
    [...pods.values()].filter(({ object }) => object.metadata.labels['app'] === metadata.name)

  const remove = async (pod: Pod): Promise<void> => {
    pods.delete(pod.name)
    store.delete(keyOf('pods', pod.object.metadata.namespace, pod.name))
    await removePod(pod)
  }

  return {
    pods,
    onMade: (owner: Owner): void => {
      for (let index = 0; index < (owner.object.replicas ?? 1); index += 1) start(owner, index)
    },
    onRemoved: (object: Kept): void => {
      for (const pod of podsOf(object)) void remove(pod)
    },
    /** A Deployment or a StatefulSet as of now. */
    toCurrent: (object: Kept): Kept => {
      const ready = podsOf(object).filter(({ state }) => state.kind === 'ready').length
      return { ...object, status: ready === 0 ? {} : { readyReplicas: ready } }
    },
    setObstacle: (next: Obstacle | undefined): void => {
      obstacle = next
    },
    /** As a node's failure does: the pods go, and others come in their place. */
    evict: async (owners: readonly Owner[]): Promise<void> => {
      for (const owner of owners) {
        const gone = podsOf(owner.object)
        await Promise.all(gone.map(remove))
        for (const [index] of gone.entries()) start(owner, index)
      }
    },
    stop: async (): Promise<void> => {
      await Promise.allSettled(work)
      await Promise.all([...pods.values()].map(remove))
    },
  }
}
