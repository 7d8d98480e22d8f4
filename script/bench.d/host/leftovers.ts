import { existsSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { imageName } from '../image/names.ts'
import { canReach, type Engine, workFolderOf } from './engine.ts'
import { clusterPrefix, nodeLabel } from './nodes.ts'
import type { Session } from './session.ts'

/** On a registry's container, with the session's ID. */
export const registryLabel = 'slipway-bench'

const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '')

/** A bench's things carry its process's ID, so they are nobody's once that process is gone. */
const isAbandoned = (id: string | undefined): boolean =>
  id !== undefined && /^[0-9]+$/.test(id) && !existsSync(`/proc/${id}`)

const sweepContainers = async (
  { docker }: Session,
  label: string,
  toId: (value: string) => string | undefined,
): Promise<void> => {
  const format = `{{.ID}} {{.Label "${label}"}}`
  const args = ['ps', '--all', '--filter', `label=${label}`, '--format', format]
  const abandoned = lines(await docker(args))
    .map((line) => line.split(' '))
    .filter(([, value = '']) => isAbandoned(toId(value)))
    .map(([id = '']) => id)
  if (abandoned.length > 0) await docker(['rm', '--force', '--volumes', ...abandoned])
}

const toNodesId = (cluster: string): string | undefined =>
  cluster.startsWith(clusterPrefix) ? cluster.slice(clusterPrefix.length).split('-')[0] : undefined

const sweepImages = async ({ docker }: Session): Promise<void> => {
  // Also by the names that images had in a registry.
  const names = [imageName, `${imageName}-*`, `*/${imageName}`, `*/${imageName}-*`]
  const filters = names.map((name) => `--filter=reference=${name}`)
  const format = '{{.Repository}}:{{.Tag}}'
  const listed = lines(await docker(['image', 'ls', '--format', format, ...filters]))
  const abandoned = listed.filter((ref) => isAbandoned(ref.split(':').at(-1)?.split('-')[0]))
  if (abandoned.length > 0) await docker(['image', 'rm', '--force', ...abandoned])
}

const idOfPath = (path: string): string | undefined =>
  /\/slipway-bench-([0-9]+)(-[^/]*)?$/.exec(path)?.[1]

/** A device whose file is gone would keep the file's space. */
const sweepDevices = async ({ run }: Session): Promise<void> => {
  const listed = lines(await run('losetup', ['--list', '--noheadings', '--output=NAME,BACK-FILE']))
  for (const line of listed) {
    const [device = '', file = ''] = line.trim().split(/\s+/)
    if (isAbandoned(idOfPath(file))) await run('losetup', ['--detach', device])
  }
}

const sweepFolder = (folder: string): void => {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (isAbandoned(idOfPath(path))) rmSync(path, { recursive: true, force: true })
  }
}

/** Removes what a bench left that was killed the hard way. */
export const sweepLeftovers = async (session: Session, engine: Engine): Promise<void> => {
  await sweepContainers(session, nodeLabel, toNodesId)
  await sweepContainers(session, registryLabel, (id) => id)
  await sweepImages(session)
  sweepFolder(tmpdir())
  if (!canReach(engine)) return
  await sweepDevices(session)
  sweepFolder(workFolderOf(engine))
}
