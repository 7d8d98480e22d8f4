import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runAction } from '../../../__tests__/support/runner/run-action.ts'
import type { FreshNodes } from '../host/nodes.ts'
import { readBaseEnv } from '../job/ways/action.ts'
import { bakeFile, type Stage } from './stage.ts'

const actionDir = fileURLToPath(new URL('../../..', import.meta.url))

export type Step = {
  /** From the start of each process to its end. */
  readonly mainSeconds: number
  readonly postSeconds: number
  /** How often the store had been asked when main ended. */
  readonly asked: number
  readonly warnings: readonly string[]
}

/** A whole step with its post step, as a runner has it. */
export const runStep = async (
  { session, workspace, service }: Stage,
  { cluster }: FreshNodes,
): Promise<Step> => {
  const begun = { main: 0, post: 0 }
  let [mainEnd, asked] = [0, 0]
  const step = await runAction({
    actionDir,
    inputs: { 'bake-files': bakeFile, 'cluster-name': cluster, 'build-cache': 'true' },
    baseEnv: await readBaseEnv(session),
    runnerEnvironment: 'self-hosted',
    github: { workspace },
    runtime: { token: service.token, resultsUrl: service.resultsUrl },
    signal: session.signal,
    onSpawn: (_, phase) => {
      begun[phase] = performance.now()
    },
    betweenPhases: async () => {
      mainEnd = performance.now()
      asked = service.requests.length
    },
  })
  const postSeconds = (performance.now() - begun.post) / 1_000
  await step.dispose()
  session.signal.throwIfAborted()
  if (step.conclusion !== 'success' || step.postConclusion !== 'success')
    throw new Error(`the step failed: ${step.log.slice(-2_000)}`)
  const warnings = step.annotations.map(({ message }) => message)
  const mainSeconds = (mainEnd - begun.main) / 1_000
  return { mainSeconds, postSeconds, asked, warnings }
}

const cacheVariables = ({ service }: Stage): Record<string, string> => ({
  ACTIONS_RESULTS_URL: service.resultsUrl,
  ACTIONS_RUNTIME_TOKEN: service.token,
  ACTIONS_CACHE_SERVICE_V2: 'true',
})

const tagsOf = ({ platform, tagOf }: Stage): readonly string[] =>
  platform.services.map(({ name }) => tagOf(name))

/** Nodes get all images in one archive, in which each layer is once. */
const loadByKind = async (stage: Stage, { cluster }: FreshNodes): Promise<void> => {
  const { session } = stage
  const env = { TMPDIR: session.tempDir }
  await session.run('kind', ['load', 'docker-image', ...tagsOf(stage), '--name', cluster], { env })
}

/** What `docker/bake-action` does with a cache for each target, into Docker's store. */
export const buildByGha = async (stage: Stage): Promise<void> => {
  const { session, platform, workspace } = stage
  const caches = ['base-ml', ...platform.services.map(({ name }) => name)].flatMap((name) => [
    `--set=${name}.cache-from=type=gha,scope=${name}`,
    `--set=${name}.cache-to=type=gha,mode=max,scope=${name}`,
  ])
  await session.docker(['buildx', 'bake', '--file', bakeFile, '--load', ...caches], {
    cwd: workspace,
    env: cacheVariables(stage),
  })
}

export const runByGha = async (stage: Stage, nodes: FreshNodes): Promise<void> => {
  await buildByGha(stage)
  await loadByKind(stage, nodes)
}

const cacheStep = fileURLToPath(new URL('../cluster/cache-step.ts', import.meta.url))

const runCacheStep = async (stage: Stage, verb: string, path: string): Promise<void> => {
  const { tempDir, id, run } = stage.session
  const places = { RUNNER_TEMP: tempDir, GITHUB_WORKSPACE: tempDir, TMPDIR: tempDir }
  const env = { ...cacheVariables(stage), ...places }
  await run(process.execPath, [cacheStep, verb, `tars-${id}`, path], { env })
}

const tarsFolder = ({ session }: Stage): string => join(session.tempDir, 'tars')

/** Leaves the archive of images that Docker has in the cache alone. */
export const saveTars = async (stage: Stage): Promise<void> => {
  const folder = tarsFolder(stage)
  mkdirSync(folder)
  const file = join(folder, 'images.tar')
  await stage.session.docker(['save', '--output', file, ...tagsOf(stage)])
  await runCacheStep(stage, 'save', folder)
  rmSync(folder, { recursive: true })
}

export const runByTars = async (stage: Stage, nodes: FreshNodes): Promise<void> => {
  const folder = tarsFolder(stage)
  await runCacheStep(stage, 'restore', folder)
  await stage.session.docker(['load', '--quiet', '--input', join(folder, 'images.tar')])
  rmSync(folder, { recursive: true })
  await loadByKind(stage, nodes)
}
