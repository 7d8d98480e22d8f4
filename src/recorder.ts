import { listMembers } from './cluster/providers/kind.ts'
import { takeNotes } from './diagnose/recording/record-pods.ts'
import { noteContainers, readNotes } from './diagnose/recording/recording.ts'
import { createDocker } from './docker/docker.ts'
import { withEngineApi } from './docker/engine-api.ts'
import { isOwnFolder } from './host/own-folder.ts'

/**
 * Runs beside the job, from main to post: notes the names of pods and containers while they live.
 * Post ends it; it also ends when the folder it writes to is gone, and at the latest with the job.
 */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => process.exit())

const folder = process.argv[2] ?? ''
const notes = readNotes(folder)
const env = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  ),
)
if (notes !== undefined) {
  const noted = notes.baseline.nodes.map(({ id }) => id)
  const isWanted = (): boolean => isOwnFolder(folder)
  await withEngineApi(createDocker(env), async (api) => {
    // The notes are a file, and whoever wrote in it may have named another container.
    const { nodes } = await listMembers(api.ask, notes.baseline.clusterName)
    const ids = nodes.map(({ id }) => id).filter((id) => noted.includes(id))
    await takeNotes(api, ids, (containers) => noteContainers(folder, containers), isWanted)
  })
}
process.exit()
