import { existsSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { imageName } from '../image/names.ts'
import { clusterPrefix } from './nodes.ts'
import type { Session } from './session.ts'

const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '')

/** A bench's things carry its process's ID, so they are nobody's once that process is gone. */
const isAbandoned = (id: string | undefined): boolean =>
  id !== undefined && /^[0-9]+$/.test(id) && !existsSync(`/proc/${id}`)

const sweepNodes = async ({ docker }: Session): Promise<void> => {
  const label = 'io.x-k8s.kind.cluster'
  const format = `{{.ID}} {{.Label "${label}"}}`
  const listed = lines(
    await docker(['ps', '--all', '--filter', `label=${label}`, '--format', format]),
  )
  const abandoned = listed
    .map((line) => line.split(' '))
    .filter(([, cluster = '']) => cluster.startsWith(clusterPrefix))
    .filter(([, cluster = '']) => isAbandoned(cluster.slice(clusterPrefix.length)))
    .map(([id = '']) => id)
  if (abandoned.length > 0) await docker(['rm', '--force', '--volumes', ...abandoned])
}

const sweepImages = async ({ docker }: Session): Promise<void> => {
  const format = '{{.Repository}}:{{.Tag}}'
  const listed = lines(await docker(['image', 'ls', '--format', format, imageName]))
  const abandoned = listed.filter((ref) => isAbandoned(ref.split(':').at(-1)?.split('-')[0]))
  if (abandoned.length > 0) await docker(['image', 'rm', '--force', ...abandoned])
}

const sweepFolders = (): void => {
  for (const name of readdirSync(tmpdir())) {
    const id = /^slipway-bench-([0-9]+)-/.exec(name)?.[1]
    if (isAbandoned(id)) rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
}

/** Removes what a bench left that was killed the hard way. */
export const sweepLeftovers = async (session: Session): Promise<void> => {
  await sweepNodes(session)
  await sweepImages(session)
  sweepFolders()
}
