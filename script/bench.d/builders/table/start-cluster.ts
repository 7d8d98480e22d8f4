import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { startKubernetesApi } from '../../../../__tests__/support/kubernetes-api/server.ts'
import type { Session } from '../../host/session.ts'
import { testbed } from '../../host/testbed.ts'

/** A double of a cluster's API server, by the variables with which a step finds it. */
export type Cluster = { readonly env: Readonly<Record<string, string>> }

export const startCluster = async (session: Session): Promise<Cluster> => {
  const api = await startKubernetesApi()
  session.defer('the double of a cluster', api.stop)
  const kubeconfig = join(session.tempDir, 'kubeconfig')
  writeFileSync(kubeconfig, api.kubeconfig(), { mode: 0o600 })
  const kubectl = (await session.run(testbed, ['kubectl'])).trim()
  const path = await session.run('bash', ['-c', 'printf %s "$PATH"'])
  return { env: { KUBECONFIG: kubeconfig, PATH: `${dirname(kubectl)}:${path}` } }
}
