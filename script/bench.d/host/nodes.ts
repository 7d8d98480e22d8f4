import type { Session } from './session.ts'
import { testbed } from './testbed.ts'

/** Followed by the session's ID: nobody else's cluster is touched. */
export const clusterPrefix = 'bench-'

/** The label by which kind finds a cluster's nodes. */
export const nodeLabel = 'io.x-k8s.kind.cluster'

/** A cluster that has just been started and holds nothing. */
export type FreshNodes = {
  readonly cluster: string
  readonly names: readonly string[]
}

const removeCluster = async (session: Session, cluster: string): Promise<void> => {
  const filter = `label=${nodeLabel}=${cluster}`
  // Without the session's signal: this also runs after it.
  const options = { signal: AbortSignal.timeout(120_000) }
  const listed = await session.docker(['ps', '--all', '--quiet', '--filter', filter], options)
  const ids = listed.split('\n').filter((id) => id !== '')
  if (ids.length > 0) await session.docker(['rm', '--force', '--volumes', ...ids], options)
}

/** They go with the session's scope. */
export const startNodes = async (session: Session, amount: number): Promise<FreshNodes> => {
  const cluster = `${clusterPrefix}${session.id}`
  session.defer(`nodes of ${cluster}`, () => removeCluster(session, cluster))
  const names = Array.from({ length: amount }, (_, index) => `slipway-${cluster}-${index + 1}`)
  await Promise.all(
    names.map((name, index) => {
      const role = index === 0 ? 'control-plane' : 'worker'
      return session.run(testbed, ['node', name, '--cluster', cluster, '--role', role])
    }),
  )
  return { cluster, names }
}
