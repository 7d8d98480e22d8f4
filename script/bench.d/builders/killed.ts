import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { inContainer, makeBuilderImage } from '../../../__tests__/support/container-builder.ts'
import type { OtherBuilder } from '../../../__tests__/support/other-builder.ts'
import { runSlipway } from '../../../__tests__/support/slipway.ts'
import { attempt } from '../../../src/failure.ts'
import { startNodes } from '../host/nodes.ts'
import { say } from '../host/progress.ts'
import type { Session } from '../host/session.ts'
import type { Verdict } from '../report/verdicts.ts'
import { writeContext } from './context.ts'

/** Builders in containers of this daemon, their volumes, and what buildx knows of them. */
const countBuilders = async ({ docker }: Session, config: string): Promise<number> => {
  const filter = ['--filter', 'name=buildx_buildkit_slipway-']
  const listed = await Promise.all([
    docker(['ps', '--all', '--quiet', ...filter]),
    docker(['volume', 'ls', '--quiet', ...filter]),
  ])
  const names = listed.join('\n').split('\n').filter(Boolean)
  const known = attempt(() => readdirSync(join(config, 'instances'))) ?? []
  return names.length + known.length
}

/**
 * Kills the step that makes a builder of its own at moments spread over its whole life, each time with its
 * post step, and counts what is left.
 */
export const countLeft = async (
  session: Session,
  builder: OtherBuilder,
  base: string,
  kills: number,
): Promise<Verdict> => {
  const image = `slipway-bench-buildkit:${session.id}`
  session.defer(image, () => session.docker(['rmi', '--force', image]))
  await makeBuilderImage(image)
  const [workspace, config] = [join(session.tempDir, 'killed'), join(session.tempDir, 'buildx')]
  mkdirSync(config)
  writeContext(workspace, base, { megabytes: 1, files: 10 })
  const { cluster } = await startNodes(session, 1)
  const before = await countBuilders(session, config)
  const runOnce = async (killAfterMs?: number): Promise<number> => {
    const tag = `slipway-bench-killed:${session.id}`
    const inputs = { context: '.', tags: tag, 'cluster-name': cluster }
    const started = performance.now()
    let took = 0
    const run = await runSlipway(
      { ...inputs, ...inContainer(image, builder.endpoint) },
      {
        github: { workspace },
        env: { BUILDX_CONFIG: config },
        betweenPhases: async () => {
          took = performance.now() - started
        },
        ...(killAfterMs !== undefined && { killAfterMs }),
      },
    )
    if (killAfterMs === undefined && run.exitCode !== 0) throw new Error(run.log)
    await run.dispose()
    return took
  }
  const wholeMs = await runOnce()
  for (let kill = 1; kill <= kills; kill += 1) {
    await runOnce((wholeMs * kill) / (kills + 1))
    say(`kill ${kill} of ${kills}: ${(await countBuilders(session, config)) - before} left`)
  }
  const left = (await countBuilders(session, config)) - before
  return {
    ...{ name: 'killed', measure: `builders left after ${kills} killed jobs` },
    bar: 'none',
    measured: `${left} containers, volumes and names`,
    isMet: left === 0,
  }
}
