import { isBuilderObject, longestJobMs, runLabel } from '../ownership.ts'
import { type Kubectl, listAll } from './kubectl.ts'
import type { BuilderPlace } from './pods.ts'

type Listed = {
  readonly metadata?: {
    readonly name?: string
    readonly creationTimestamp?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
}

/** An object that a run made, and its path in the API. */
type MarkedObject = { readonly path: string; readonly name: string; readonly madeMs: number }

/** In this order, as a claim goes only once its pod has gone. ConfigMaps have annotations alone. */
const resources = [
  ['apis/apps/v1', 'deployments', true],
  ['apis/apps/v1', 'statefulsets', true],
  ['api/v1', 'configmaps', false],
  ['api/v1', 'persistentvolumeclaims', true],
] as const

const segment = encodeURIComponent

/**
 * Finds what runs have made in a namespace. Only what has both the mark and the name that goes with it counts.
 *
 * @param runId undefined for all runs
 * @returns undefined where the cluster answers nothing
 */
const findMarked = async (
  kubectl: Kubectl,
  namespace: string,
  runId?: string,
): Promise<readonly MarkedObject[] | undefined> => {
  const found = await Promise.all(
    resources.map(async ([api, resource, hasLabel]) => {
      const base = `/${api}/namespaces/${segment(namespace)}/${resource}`
      const selector = runId === undefined ? runLabel : `${runLabel}=${runId}`
      const query = hasLabel ? `?labelSelector=${segment(selector)}` : ''
      const objects = await listAll<Listed>(kubectl, `${base}${query}`)
      return objects?.flatMap(({ metadata }): readonly MarkedObject[] => {
        const { name = '', labels, annotations, creationTimestamp } = metadata ?? {}
        const mark = (hasLabel ? labels : annotations)?.[runLabel] ?? ''
        if (runId !== undefined && mark !== runId) return []
        if (!isBuilderObject(resource, name, mark)) return []
        const madeMs = Date.parse(creationTimestamp ?? '')
        return [{ path: `${base}/${segment(name)}`, name: `${resource}/${name}`, madeMs }]
      })
    }),
  )
  if (found.every((objects) => objects === undefined)) return undefined
  return found.flatMap((objects) => objects ?? [])
}

const remove = async (
  { remove }: Kubectl,
  objects: readonly MarkedObject[],
): Promise<readonly string[]> => {
  const problems: string[] = []
  for (const { path, name } of objects) {
    const problem = await remove(path)
    if (problem !== undefined) problems.push(`${name}: ${problem}`)
  }
  return problems
}

/**
 * Removes what a run made in the cluster, which nobody makes any more.
 *
 * @returns what could not be removed, with why; undefined where the cluster answers nothing
 */
export const removeOf = async ({
  kubectl,
  namespace,
  runId,
}: BuilderPlace): Promise<readonly string[] | undefined> => {
  const all = await findMarked(kubectl, namespace, runId)
  return all && remove(kubectl, all)
}

/**
 * Removes what runs left on machines that died before post could run. Never fails.
 *
 * @param nowMs since 1970
 */
export const removeLeft = async (
  { kubectl, namespace }: BuilderPlace,
  nowMs: number,
): Promise<void> => {
  const all = (await findMarked(kubectl, namespace)) ?? []
  await remove(
    kubectl,
    all.filter(({ madeMs }) => nowMs - madeMs > longestJobMs),
  )
}
