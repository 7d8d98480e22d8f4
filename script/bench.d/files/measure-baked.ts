import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startCacheService } from '../../../__tests__/support/cache-service.ts'
import { filesVolume } from '../../../src/ownership.ts'
import { startNodes } from '../host/nodes.ts'
import { withOwnEngine } from '../host/own-engine.ts'
import { say } from '../host/progress.ts'
import { type Session, withScope } from '../host/session.ts'
import type { Baked } from './bars.ts'
import { keepTree, keptInputs, toKeptVariables } from './keep-tree.ts'
import { makeTree, type TreeSize } from './make-tree.ts'
import { folderName, nodeFiles, runStep } from './run-step.ts'

const secondsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1_000
}

/** Built from files that no cache has, and loaded by kind. */
const bake = (session: Session, workspace: string, cluster: string): Promise<number> => {
  const tag = `slipway-bench-baked:${session.id}`
  return secondsOf(async () => {
    await session.docker(['buildx', 'build', '--quiet', '--load', `--tag=${tag}`, workspace])
    const env = { TMPDIR: session.tempDir }
    await session.run('kind', ['load', 'docker-image', tag, '--name', cluster], { env })
  })
}

/** In an engine of its own: a build leaves its context and its layers in the daemon's cache. */
export const measureBaked = async (
  given: Session,
  base: string,
  size: TreeSize,
  runs: number,
): Promise<Baked> => {
  const workspace = join(given.tempDir, 'baked')
  const pointers = join(given.tempDir, 'pointers')
  for (const folder of [workspace, pointers]) mkdirSync(folder)
  writeFileSync(join(workspace, 'Dockerfile'), `FROM ${base}\nCOPY ${folderName} /${folderName}\n`)
  const figures = { baked: [] as number[], beside: [] as number[], restored: [] as number[] }
  const service = await startCacheService()
  given.defer('double of the Actions cache', service.stop)
  for (let round = 1; round <= runs; round += 1) {
    say(`baked, round ${round} of ${runs}`)
    rmSync(join(workspace, folderName), { recursive: true, force: true })
    makeTree(join(workspace, folderName), size)
    await keepTree(join(workspace, folderName), pointers, service, given)
    await withOwnEngine(given, async ({ session }) => {
      const ways = [
        ['baked', (cluster: string) => bake(session, workspace, cluster)],
        [
          'beside',
          (cluster: string) =>
            runStep(session, workspace, { 'node-files': nodeFiles, 'cluster-name': cluster }),
        ],
        [
          'restored',
          (cluster: string) => {
            const inputs = { ...keptInputs, 'cluster-name': cluster }
            return runStep(session, pointers, inputs, toKeptVariables(service))
          },
        ],
      ] as const
      for (const [name, run] of round % 2 === 1 ? ways : ways.toReversed())
        await withScope(session, async (scope) => {
          // What another way has left there would be found.
          await scope.docker(['volume', 'rm', '--force', filesVolume])
          const { cluster } = await startNodes(scope, 2)
          await scope.run('sync', [])
          figures[name].push(await run(cluster))
        })
    })
  }
  return { megabytes: size.megabytes, ...figures }
}
