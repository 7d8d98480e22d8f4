import { findMembers } from './cluster/providers/find-cluster.ts'
import { recordPods } from './diagnose/recording/record-pods.ts'
import { readRecording, recordContainers } from './diagnose/recording/recording.ts'
import { createDocker } from './docker/docker.ts'
import { withEngineApi } from './docker/engine-api.ts'
import type { Env } from './host/command.ts'
import { isOwnFolder } from './host/own-folder.ts'

/**
 * Runs beside the job, from main to post: records the names of pods and containers while they live.
 * Post ends it; it also ends when the folder it writes to is gone, and at the latest with the job.
 */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => process.exit())

const folder = process.argv[2] ?? ''
const recording = readRecording(folder)
if (recording !== undefined) {
  const recorded = recording.baseline.nodes.map(({ id }) => id)
  const isWanted = (): boolean => isOwnFolder(folder)
  // Whoever started it has given it no more than this needs.
  await withEngineApi(createDocker(process.env as Env), async (api) => {
    // The recording is a file, and whoever wrote in it may have named another container.
    const { nodes } = await findMembers(api.get, recording.baseline.clusterName)
    const ids = nodes.map(({ id }) => id).filter((id) => recorded.includes(id))
    await recordPods(api, ids, (containers) => recordContainers(folder, containers), isWanted)
  })
}
process.exit()
