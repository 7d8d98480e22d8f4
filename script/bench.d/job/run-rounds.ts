import { type Machine, readMachine } from '../host/machine.ts'
import { startNodes } from '../host/nodes.ts'
import { reserveOwnEngine, withOwnEngine } from '../host/own-engine.ts'
import { messageOf, say } from '../host/progress.ts'
import type { Session } from '../host/session.ts'
import { measure } from '../measure/measure.ts'
import { watchPrograms } from '../measure/program-sampler.ts'
import { formatBytes, formatSeconds } from '../report/units.ts'
import { importPackages, makePackages } from './packages.ts'
import { type Platform, packagesOf } from './services.ts'
import { type StageTimes, stageOf, toStageTimes } from './stages.ts'
import { verify } from './verify.ts'
import type { Place, Way } from './way.ts'
import { actionWay } from './ways/action.ts'
import { aloneWay } from './ways/alone.ts'
import { scriptWay } from './ways/script.ts'
import { changeSource, makeWorkspace } from './workspace.ts'

/** `cold`: nothing is built, the nodes are empty. `changed`: one source file of one service is new. */
export type Phase = 'cold' | 'changed'

type Measured = StageTimes & {
  /** Over what was on the disk when the job began. */
  readonly peakBytes?: number
  readonly afterBytes?: number
}

/** One job; `error` says why it does not count. */
export type Sample = Partial<Measured> & {
  readonly way: Way['name']
  readonly phase: Phase
  readonly round: number
  readonly error?: string
}

export type RoundsOrder = {
  readonly platform: Platform
  readonly rounds: number
  readonly nodes: number
}

export type Measurements = { readonly machine: Machine; readonly samples: readonly Sample[] }

/** What every job of a run begins with. */
type Materials = { readonly packages: string; readonly workspace: string }

/** Twice the same commit would be nothing to build, in whatever engine. */
const changeOf = (phase: Phase): number => (phase === 'cold' ? 0 : 1)

const measureJob = async (way: Way, place: Place): Promise<Measured> => {
  const { session, dataFolder } = place
  const host = (await session.run('printenv', ['DOCKER_HOST'])).trim()
  const { result, wallMs, disk } = await measure(
    session,
    { folders: [dataFolder], spool: undefined },
    async () => {
      const watch = watchPrograms(`DOCKER_HOST=${host}`, stageOf)
      try {
        return { loads: await way.run(place), seen: watch.stop() }
      } finally {
        watch.stop()
      }
    },
  )
  const { loads, seen } = result
  const spans = {
    build: seen.get('build') ?? [],
    load: [...(seen.get('load') ?? []), ...loads],
    delete: seen.get('delete') ?? [],
  }
  return { ...toStageTimes(wallMs, spans), ...disk }
}

const describe = ({ wallMs, buildMs, peakBytes }: Measured): string => {
  const times = `${formatSeconds(wallMs)} s, building ${formatSeconds(buildMs)} s`
  return peakBytes === undefined ? times : `${times}, ${formatBytes(peakBytes)} on the disk`
}

/** Runs a way's jobs one after another in one place, until one fails. */
const runJobs = async (
  way: Way,
  phases: readonly Phase[],
  round: number,
  place: Place,
  platform: Platform,
): Promise<readonly Sample[]> => {
  const samples: Sample[] = []
  for (const phase of phases) {
    await changeSource(place.workspace, changeOf(phase))
    const sample = { way: way.name, phase, round }
    try {
      const measured = await measureJob(way, place)
      say(`round ${round}: ${way.title}, ${phase}: ${describe(measured)}`)
      if (way.fillsNodes) await verify(place, platform, changeOf(phase))
      samples.push({ ...sample, ...measured })
    } catch (error) {
      // The bench goes on with what is left, unless it is the bench that shall end.
      place.session.signal.throwIfAborted()
      say(`round ${round}: ${way.title}, ${phase}: failed: ${messageOf(error)}`)
      return [...samples, { ...sample, error: messageOf(error) }]
    }
    await place.trim()
  }
  return samples
}

const withPlace = <T>(
  whole: Session,
  { packages, workspace }: Materials,
  nodeCount: number,
  body: (place: Place) => Promise<T>,
): Promise<T> =>
  withOwnEngine(whole, async (own) => {
    await importPackages(own.session, packages)
    // They go with the engine.
    const nodes = await startNodes(own.session, nodeCount)
    return body({ ...own, nodes, workspace })
  })

type Turn = { readonly way: Way; readonly phases: readonly Phase[]; readonly round: number }

/** The ways take turns, and take turns in being first. */
export const planTurns = (rounds: number): readonly Turn[] => {
  const alone: Turn = { way: aloneWay, phases: ['cold'], round: 1 }
  const turns = Array.from({ length: rounds }, (_, index): readonly Turn[] => {
    const ways = index % 2 === 0 ? [scriptWay, actionWay] : [actionWay, scriptWay]
    return ways.map((way) => ({ way, phases: ['cold', 'changed'], round: index + 1 }))
  })
  return [alone, ...turns.flat()]
}

/** Runs all jobs, each way in a fresh place in each round. */
export const runRounds = async (
  session: Session,
  { platform, rounds, nodes }: RoundsOrder,
): Promise<Measurements> => {
  await reserveOwnEngine(session, 'ext4')
  say('making what is built and installed')
  const materials = {
    packages: await makePackages(session, packagesOf(platform)),
    workspace: await makeWorkspace(session, platform),
  }
  let machine: Machine | undefined
  const samples: Sample[] = []
  for (const { way, phases, round } of planTurns(rounds)) {
    await withPlace(session, materials, nodes, async (place) => {
      machine ??= await readMachine(place.session, place.engine, place.nodes)
      samples.push(...(await runJobs(way, phases, round, place, platform)))
    })
  }
  if (machine === undefined) throw new Error('nothing was measured')
  return { machine, samples }
}
