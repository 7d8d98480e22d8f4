import type { Session, Undo } from './session.ts'
import { testbed } from './testbed.ts'

/** Followed by the session's ID: nobody else's cluster is touched. */
export const clusterPrefix = 'bench-'

/** The label by which kind finds a cluster's nodes. */
export const nodeLabel = 'io.x-k8s.kind.cluster'

/** A cluster that has just been started and holds nothing. */
export type FreshNodes = {
  readonly cluster: string
  readonly names: readonly string[]
  readonly remove: Undo
}

/** Clusters of one session are counted: many of them may be there until it ends. */
let clusters = 0

const idsOf = async (session: Session, cluster: string): Promise<readonly string[]> => {
  const filter = `label=${nodeLabel}=${cluster}`
  const listed = await session.docker(['ps', '--all', '--quiet', '--filter', filter], late())
  return listed.split('\n').filter((id) => id !== '')
}

/** Without the session's signal: this also runs after it. */
const late = () => ({ signal: AbortSignal.timeout(120_000) })

const removeCluster = async (session: Session, cluster: string): Promise<void> => {
  const ids = await idsOf(session, cluster)
  if (ids.length > 0) await session.docker(['rm', '--force', '--volumes', ...ids], late())
}

const stopCluster = async (session: Session, cluster: string): Promise<void> => {
  const ids = await idsOf(session, cluster)
  if (ids.length > 0) await session.docker(['kill', ...ids], late())
}

/**
 * Starts nodes that end with the scope.
 *
 * @param keeper whose end they are removed at; ext4 makes new files slowly for minutes where many
 *   have been deleted, and the next measurement would show it
 */
export const startNodes = async (
  scope: Session,
  amount: number,
  keeper: Session = scope,
): Promise<FreshNodes> => {
  clusters += 1
  const cluster = `${clusterPrefix}${scope.id}-${clusters}`
  const remove = keeper.defer(`nodes of ${cluster}`, () => removeCluster(keeper, cluster))
  if (keeper !== scope) scope.defer(`stopping ${cluster}`, () => stopCluster(scope, cluster))
  const names = Array.from({ length: amount }, (_, index) => `slipway-${cluster}-${index + 1}`)
  await Promise.all(
    names.map((name, index) => {
      const role = index === 0 ? 'control-plane' : 'worker'
      return scope.run(testbed, ['node', name, '--cluster', cluster, '--role', role])
    }),
  )
  return { cluster, names, remove }
}
