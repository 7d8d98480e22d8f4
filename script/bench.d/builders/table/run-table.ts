import { makeBuilderImage } from '../../../../__tests__/support/container-builder.ts'
import { messageOf, say } from '../../host/progress.ts'
import type { Session } from '../../host/session.ts'
import type { Section } from '../../report/table.ts'
import type { Size } from '../context.ts'
import { listConfigurations } from './configurations.ts'
import { startFarMachine } from './far-machine.ts'
import { type Ground, measureRow, type Row, stages } from './measure-row.ts'
import { renderConfiguration, renderTook, toTableSection } from './render.ts'
import { startCluster } from './start-cluster.ts'

const bytesPerMegabit = 125_000

const prepare = async (
  session: Session,
  base: string,
  size: Size,
  { drivers, megabits }: Asked,
): Promise<Ground> => {
  const builderImage = `slipway-bench-buildkit:${session.id}`
  session.defer(builderImage, () => session.docker(['rmi', '--force', builderImage]))
  await makeBuilderImage(builderImage)
  const far = await startFarMachine(session, megabits * bytesPerMegabit)
  const cluster = drivers.includes('kubernetes') ? await startCluster(session) : undefined
  return { session, far, base, size, builderImage, cluster }
}

type Asked = { readonly drivers: readonly string[]; readonly megabits: number }

/** Measures row by row; one that fails is told and left out. */
export const runTable = async (
  session: Session,
  base: string,
  size: Size,
  asked: Asked,
): Promise<{ readonly section: Section; readonly isWhole: boolean }> => {
  const ground = await prepare(session, base, size, asked)
  const configurations = listConfigurations(asked.drivers)
  const rows: Row[] = []
  for (const [index, configuration] of configurations.entries()) {
    const name = renderConfiguration(configuration)
    try {
      const row = await measureRow(ground, configuration, index)
      rows.push(row)
      const took = stages.map((stage) => `${stage} ${renderTook(configuration, row.took[stage])}`)
      say(`${name}: ${took.join('; ')}`)
    } catch (error) {
      session.signal.throwIfAborted()
      say(`${name}: failed: ${messageOf(error)}`)
    }
  }
  const section = toTableSection(rows, size.megabytes, asked.megabits)
  return { section, isWhole: rows.length === configurations.length }
}
