import { createCluster } from '../cluster/providers/create-kind.ts'
import { createKindDocker } from '../cluster/providers/run-kind.ts'
import type { Handler } from './ports.ts'

/** Ends when nodes answer: loads begin while kind is at work on Kubernetes. */
export const createClusterStep: Handler<'create-cluster'> = (
  { cluster, request },
  { docker: { api }, log, run },
) => {
  const { id: runId, tempDir, workspace, signal, clusterLogs: logsFolder } = run
  const { saveClusterState: saveState, announceKubeconfig } = run
  // What is made has to be looked at and removed also where the first failure has ended all.
  const place = { docker: createKindDocker(run.stepEnv), runId, tempDir, workspace }
  const telling = { log, saveState, announceKubeconfig }
  return createCluster({ place, api, cluster, request, logsFolder, signal, ...telling })
}

/** Also waits for a kind that is being ended, so that post finds it gone. */
export const awaitClusterStep: Handler<'await-cluster'> = async ({ creating }, { run }) =>
  (await run.resultOf('create-cluster', creating)?.ended) ?? false
