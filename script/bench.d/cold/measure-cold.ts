import { join } from 'node:path'
import type { CacheEntry } from '../../../__tests__/support/cache-desk.ts'
import type { Engine } from '../host/engine.ts'
import { type FreshNodes, startNodes } from '../host/nodes.ts'
import { say } from '../host/progress.ts'
import { withScope } from '../host/session.ts'
import { changedService } from '../job/services.ts'
import { changeSource } from '../job/workspace.ts'
import { settle } from '../measure/measure.ts'
import type { Figures, Times } from './bars.ts'
import { dropImages, emptyBuilder, isOfBuild, isOfLayers, type Stage, sumOf } from './stage.ts'
import { verify } from './verify.ts'
import { buildByGha, runByGha, runByTars, runStep, type Step, saveTars } from './ways.ts'

export type Part = 'unchanged' | 'changed' | 'gha' | 'tars' | 'poisoned'

const secondsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1_000
}

/** Distinct entries of layers that were fetched since a request. */
const fetchedSince = ({ service }: Stage, from: number): readonly CacheEntry[] => {
  const keys = new Set(
    service.requests
      .slice(from)
      .flatMap(({ name, key }) => (name === 'GET blob' ? (key ?? []) : [])),
  )
  return service.entries.filter(({ key }) => keys.has(key) && isOfLayers(key))
}

const madeBetween = ({ service }: Stage, from: number, to: number): number =>
  service.requests
    .slice(from, to)
    .filter(({ name, body }) => name === 'CreateCacheEntry' && isOfBuild(String(body['key'])))
    .length

/** Packed as small as gzip does it. */
const packedSource = async ({ session, workspace }: Stage): Promise<number> => {
  const folder = join(workspace, changedService, 'src')
  const script = 'set -o pipefail; tar --create --directory "$1" . | gzip | wc -c'
  return Number(await session.run('bash', ['-c', script, 'bash', folder]))
}

/** A builder, nodes and a Docker that have nothing of the builds. */
const withEmpty = <T>(
  stage: Stage,
  { dataRoot }: Engine,
  body: (nodes: FreshNodes) => Promise<T>,
): Promise<T> =>
  withScope(stage.session, async (scope) => {
    await dropImages(stage)
    await emptyBuilder(stage)
    const nodes = await startNodes(scope, 2)
    await settle(scope, [dataRoot])
    return body(nodes)
  })

/** Fills the store in each way; what Docker and the builder have afterwards goes before the next measurement. */
const fillStore = async (
  stage: Stage,
  engine: Engine,
  parts: readonly Part[],
): Promise<{ readonly first: Step; readonly madeByMain: number }> => {
  const first = await withEmpty(stage, engine, async (nodes) => {
    const step = await runStep(stage, nodes)
    await verify(stage, nodes, 0)
    return step
  })
  say(`first build: ${first.mainSeconds.toFixed(1)} s, post ${first.postSeconds.toFixed(1)} s`)
  const madeByMain = madeBetween(stage, 0, first.asked)
  if (parts.includes('gha') || parts.includes('tars'))
    say(`first build, gha: ${(await secondsOf(() => buildByGha(stage))).toFixed(1)} s`)
  if (parts.includes('tars')) await saveTars(stage)
  return { first, madeByMain }
}

/** Breaks the largest layer, and says what is wrong with what comes of it. */
const measurePoison = async (stage: Stage, engine: Engine): Promise<string | undefined> => {
  const { service } = stage
  const layers = service.entries.filter(({ key }) => key.startsWith('slipway-layer-v1-'))
  const largest = layers.toSorted((a, b) => sumOf([b]) - sumOf([a]))[0]
  if (largest?.content === undefined) return 'no layer has an entry of its own at this size'
  const broken = Buffer.from(largest.content)
  broken.writeUInt8(broken.readUInt8(broken.length >> 1) ^ 1, broken.length >> 1)
  largest.content = broken
  return withEmpty(stage, engine, async (nodes) => {
    const { warnings } = await runStep(stage, nodes)
    await verify(stage, nodes, 0, 'read')
    return warnings.some((text) => text.includes(largest.key)) ? undefined : 'it is not named'
  })
}

export const measureCold = async (
  stage: Stage,
  engine: Engine,
  runs: number,
  parts: readonly Part[],
): Promise<Figures> => {
  const { service, workspace } = stage
  const { first, madeByMain } = await fillStore(stage, engine, parts)
  const filled = [...service.entries]
  const times: { [K in keyof Times]: number[] } = {
    ...{ unchanged: [], changed: [], everything: [], gha: [], tars: [] },
  }
  let [nodesBytes, fetchedForFull] = [0, 0]
  let savedBytes: number | undefined
  const note = (name: keyof Times, seconds: number): void => {
    say(`${name}: ${seconds.toFixed(1)} s`)
    times[name].push(seconds)
  }
  const measures = {
    unchanged: async (nodes: FreshNodes) => {
      const from = service.requests.length
      const cold = await runStep(stage, nodes)
      note('unchanged', cold.mainSeconds)
      nodesBytes = sumOf(fetchedSince(stage, from))
      await verify(stage, nodes, 0)
      await emptyBuilder(stage)
      const fullFrom = service.requests.length
      const full = await runStep(stage, nodes)
      note('everything', full.mainSeconds)
      fetchedForFull = Math.max(fetchedForFull, fetchedSince(stage, fullFrom).length)
    },
    changed: async (nodes: FreshNodes, round: number) => {
      await changeSource(workspace, round)
      note('changed', (await runStep(stage, nodes)).mainSeconds)
      const made = service.entries.filter((each) => !filled.includes(each) && isOfBuild(each.key))
      savedBytes = Math.max(savedBytes ?? 0, sumOf(made))
      await verify(stage, nodes, round)
      await changeSource(workspace, 0)
    },
    gha: async (nodes: FreshNodes) => {
      note('gha', await secondsOf(() => runByGha(stage, nodes)))
      await verify(stage, nodes, 0)
    },
    tars: async (nodes: FreshNodes) => {
      note('tars', await secondsOf(() => runByTars(stage, nodes)))
      await verify(stage, nodes, 0)
    },
  }
  const turns = (['unchanged', 'changed', 'gha', 'tars'] as const).filter((each) =>
    parts.includes(each),
  )
  for (let round = 1; round <= runs; round += 1) {
    say(`round ${round} of ${runs}`)
    for (const turn of round % 2 === 1 ? turns : turns.toReversed()) {
      service.entries.splice(0, Number.POSITIVE_INFINITY, ...filled)
      await withEmpty(stage, engine, (nodes) => measures[turn](nodes, round))
    }
  }
  service.entries.splice(0, Number.POSITIVE_INFINITY, ...filled)
  const poison = parts.includes('poisoned') ? await measurePoison(stage, engine) : 'not measured'
  const measured = { nodesBytes, fetchedForFull, savedBytes, madeByMain, poison }
  const newBytes = await packedSource(stage)
  return { ...times, ...measured, newBytes, postSeconds: first.postSeconds }
}
