import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type FreshNodes, startNodes } from '../host/nodes.ts'
import { type Session, withScope } from '../host/session.ts'
import { mainFile, makeStep } from '../host/step.ts'
import { settle } from '../measure/measure.ts'
import { type Source, type Stage, toNames } from './stage.ts'

type Inputs = Readonly<Record<string, string>>

const cacheVariables = ({ service }: Stage): Record<string, string> => ({
  ACTIONS_RESULTS_URL: service.resultsUrl,
  ACTIONS_RUNTIME_TOKEN: service.token,
  ACTIONS_CACHE_SERVICE_V2: 'true',
})

/** A whole step, from the start of its process to its end. */
export const runStep = async (
  stage: Stage,
  inputs: Inputs,
  workspace?: string,
): Promise<{ readonly seconds: number; readonly log: string }> => {
  const { session } = stage
  const { temp, env } = makeStep(session.tempDir, inputs)
  const places = workspace === undefined ? {} : { GITHUB_WORKSPACE: workspace }
  const started = performance.now()
  const log = await session.run(process.execPath, [mainFile], {
    env: { ...env, ...cacheVariables(stage), ...places },
  })
  const seconds = (performance.now() - started) / 1_000
  rmSync(temp, { recursive: true, force: true })
  return { seconds, log }
}

/** Brings images into nodes that lack them, and returns how nodes call them. */
export type Way = (stage: Stage, source: Source, nodes: FreshNodes) => Promise<readonly string[]>

const bySlipway =
  (imageCache: string): Way =>
  async (stage, { host }, { cluster }) => {
    const names = toNames(stage, host)
    await runStep(stage, {
      ...{ images: names.join('\n'), 'cluster-name': cluster, 'image-cache': imageCache },
    })
    return names
  }

/** What pods of a fresh cluster do: each node for itself, one image after the other. */
const byNodes: Way = async (stage, { nodesHost }, { names: nodes }) => {
  const names = toNames(stage, nodesHost)
  const pull = ['ctr', '--namespace=k8s.io', 'images', 'pull', '--plain-http']
  const each = async (node: string): Promise<void> => {
    for (const name of names) await stage.session.docker(['exec', node, ...pull, name])
  }
  await Promise.all(nodes.map(each))
  return names
}

const cacheStep = fileURLToPath(new URL('cache-step.ts', import.meta.url))

const runCacheStep = async (stage: Stage, verb: string, path: string): Promise<void> => {
  const { session } = stage
  const env = { ...cacheVariables(stage), RUNNER_TEMP: session.tempDir }
  const places = { GITHUB_WORKSPACE: session.tempDir, TMPDIR: session.tempDir }
  await session.run(process.execPath, [cacheStep, verb, `tars-${session.id}`, path], {
    env: { ...env, ...places },
  })
}

/** The archive of `docker save`, kept with `actions/cache`. */
const tarsFolder = ({ session }: Stage): string => join(session.tempDir, 'tars')

/** Leaves the archive in the cache alone. */
export const saveTars = async (stage: Stage, { host }: Source): Promise<void> => {
  const { docker } = stage.session
  const folder = tarsFolder(stage)
  const names = toNames(stage, host)
  for (const name of names) await docker(['pull', '--quiet', name])
  mkdirSync(folder)
  await docker(['save', '--output', join(folder, 'images.tar'), ...names])
  await docker(['rmi', '--force', ...names])
  await runCacheStep(stage, 'save', folder)
  rmSync(folder, { recursive: true })
}

const byTars: Way = async (stage, { host }, { cluster }) => {
  const { session } = stage
  const folder = tarsFolder(stage)
  const names = toNames(stage, host)
  await runCacheStep(stage, 'restore', folder)
  await session.docker(['load', '--quiet', '--input', join(folder, 'images.tar')])
  rmSync(folder, { recursive: true })
  const env = { TMPDIR: session.tempDir }
  await session.run('kind', ['load', 'docker-image', ...names, '--name', cluster], { env })
  return names
}

export const ways = {
  restore: bySlipway('true'),
  pull: bySlipway('false'),
  nodes: byNodes,
  tars: byTars,
} satisfies Record<string, Way>

/** What kubelet asks CRI before it pulls with IfNotPresent; returns how often it would pull. */
export const countPulls = async (
  { docker }: Session,
  { names: nodes }: FreshNodes,
  images: readonly string[],
): Promise<number> => {
  const asked = nodes.flatMap((node) =>
    images.map((image) =>
      docker(['exec', node, 'crictl', 'inspecti', '--quiet', image]).then(
        () => 0,
        () => 1,
      ),
    ),
  )
  return (await Promise.all(asked)).reduce<number>((sum, each) => sum + each, 0)
}

/** Runs a way with two fresh nodes and a Docker that has none of the images. */
export const measureWay = (stage: Stage, way: Way, source: Source, dataRoot: string) =>
  withScope(stage.session, async (scope) => {
    const dropImages = async (): Promise<void> => {
      const signal = AbortSignal.timeout(120_000)
      const find = (name: string) =>
        scope.docker(['image', 'inspect', '--format', '{{.Id}}', name], { signal })
      const found = await Promise.allSettled(toNames(stage, source.host).map(find))
      const ids = found.flatMap((each) => (each.status === 'fulfilled' ? [each.value.trim()] : []))
      // By IDs: images that were linked have a name of Slipway's, too, that keeps them.
      if (ids.length > 0) await scope.docker(['rmi', '--force', ...ids], { signal })
    }
    scope.defer('images', dropImages)
    const nodes = await startNodes(scope, 2)
    await settle(scope, [dataRoot])
    const started = performance.now()
    const names = await way(stage, source, nodes)
    const seconds = (performance.now() - started) / 1_000
    return { seconds, pulls: await countPulls(scope, nodes, names) }
  })
