import { describe, expect, test } from 'vitest'
import { problemsOf } from '../../script/bench.d/command.ts'
import { judgeJob } from '../../script/bench.d/job/bars.ts'
import { jobCommand } from '../../script/bench.d/job/command.ts'
import { planTurns, type Sample } from '../../script/bench.d/job/run-rounds.ts'
import {
  installedFiles,
  packagesOf,
  planPlatform,
  serviceNames,
  sumOf,
} from '../../script/bench.d/job/services.ts'
import { parseLoad, stageOf, toStageTimes } from '../../script/bench.d/job/stages.ts'
import { summarize, toSection } from '../../script/bench.d/job/summary.ts'
import { renderMarkdown } from '../../script/bench.d/report/table.ts'
import type { Verdict } from '../../script/bench.d/report/verdicts.ts'

const order = { baseBytes: 1_500_000_000, baseFiles: 30_000, percent: 100 }
const platform = planPlatform(order)

test.each([
  [[]],
  [['--bars', '--percent', '5', '--rounds', '1']],
  [['--base-mb', '700', '--base-files=9000', '--nodes', '2']],
])('script/bench job %j is taken', (args) => {
  expect(problemsOf(jobCommand, args)).toEqual([])
})

test('script/bench job refuses what is no number, and flags of another subcommand', () => {
  expect(problemsOf(jobCommand, ['--rounds', '0', '--growth'])).toEqual([
    "--rounds '0': must be a whole number, 1 or more",
    "there is no flag '--growth'",
  ])
})

describe('what is built', () => {
  test('has the base that was asked for, and six services', () => {
    const sum = platform.base.reduce((total, { bytes }) => total + bytes, 0)
    expect(sum).toBe(order.baseBytes)
    expect(platform.services.map(({ name }) => name)).toEqual(serviceNames)
    expect(platform.services.filter(({ isUponBase }) => isUponBase)).toHaveLength(3)
  })

  test('the base counts once in the sum, and in each image upon it', () => {
    const [api] = platform.services
    const training = platform.services.find(({ name }) => name === 'training')
    if (api === undefined || training === undefined) throw new Error('a service is missing')
    expect(installedFiles(platform, api)).toBe(api.dependencies.files)
    expect(installedFiles(platform, training)).toBe(30_000 + training.dependencies.files)
    expect(sumOf(platform).bytes).toBe(1_500_000_000 + 560_000_000 + 6 * 8_000_000)
  })

  test('a percentage is of everything, and leaves nothing empty', () => {
    const small = planPlatform({ ...order, percent: 1 })
    expect(sumOf(small).bytes).toBeCloseTo(sumOf(platform).bytes / 100, -1)
    expect(packagesOf(small).every(({ files, bytes }) => files >= 2 && bytes > 0)).toBe(true)
  })
})

describe('stages', () => {
  test.each([
    ['docker build --tag acme/api:dev api', 'build'],
    ['docker-buildx buildx build --tag acme/api:dev api', 'build'],
    ['docker buildx bake --provenance=false --file=f --metadata-file=m -- api', 'build'],
    ['docker buildx bake --print --file=f --', undefined],
    ['docker buildx prune -f', 'delete'],
    ['docker rmi acme/api:dev', 'delete'],
    ['/some/bin/kind load docker-image acme/api:dev --name kind', 'load'],
    ['kind get nodes', undefined],
    ['docker save -o file acme/api:dev', undefined],
    ['docker exec node cat build', undefined],
    ['make build', undefined],
  ])('%s: %s', (line, stage) => {
    expect(stageOf(line.split(' '))).toBe(stage)
  })

  test('every moment counts once: as a build before a load, as a load before a deletion', () => {
    const times = toStageTimes(100, {
      build: [
        { from: 10, to: 30 },
        { from: 20, to: 40 },
        { from: 60, to: 70 },
      ],
      load: [
        { from: 35, to: 50 },
        { from: 45, to: 55 },
      ],
      delete: [{ from: 50, to: 80 }],
    })
    expect(times).toEqual({
      wallMs: 100,
      buildMs: 40,
      loadMs: 15,
      deleteMs: 15,
      restMs: 30,
      besideMs: 5,
    })
  })

  test.each([
    ['Load acme/api:dev: 85 ms', 85],
    ['Load acme/api:dev, acme/api:1: 1.4 s', 1_400],
    ['Load acme/api:dev: 3 min 20 s', 200_000],
  ])('the action says when it has loaded: %s', (line, ms) => {
    expect(parseLoad(line, 500_000)).toEqual({ from: 500_000 - ms, to: 500_000 })
  })

  test.each([['Build api: 1.4 s'], ['api | Load acme/api:dev: 1.4 s'], ['Load: 1.4 s'], ['']])(
    'no load: %s',
    (line) => {
      expect(parseLoad(line, 0)).toBeUndefined()
    },
  )
})

test('ways take turns in being first, and the yardstick is measured once', () => {
  const turns = planTurns(2).map(({ way, round }) => `${round} ${way.name}`)
  expect(turns).toEqual(['1 alone', '1 script', '1 action', '2 action', '2 script'])
})

const seconds = (wall: number, building: number): Partial<Sample> => ({
  wallMs: wall * 1_000,
  buildMs: building * 1_000,
  loadMs: 0,
  deleteMs: 0,
  restMs: (wall - building) * 1_000,
  besideMs: 0,
})

type Given = Partial<
  Record<'alone' | 'script' | 'action' | 'scriptChanged' | 'actionChanged', Partial<Sample>>
>

const toSamples = (given: Given): readonly Sample[] => {
  const good = {
    alone: { ...seconds(60, 60), peakBytes: 2_000, afterBytes: 2_000 },
    script: { ...seconds(200, 50), peakBytes: 9_000 },
    action: { ...seconds(40, 38), peakBytes: 2_300 },
    scriptChanged: seconds(200, 50),
    actionChanged: seconds(40, 35),
    ...given,
  }
  return [
    { way: 'alone', phase: 'cold', round: 1, ...good.alone },
    { way: 'script', phase: 'cold', round: 1, ...good.script },
    { way: 'action', phase: 'cold', round: 1, ...good.action },
    { way: 'script', phase: 'changed', round: 1, ...good.scriptChanged },
    { way: 'action', phase: 'changed', round: 1, ...good.actionChanged },
  ]
}

const judge = (given: Given): readonly Verdict[] => judgeJob(summarize(toSamples(given)))

const missed = (verdicts: readonly Verdict[]): readonly string[] =>
  verdicts.filter(({ isMet }) => !isMet).map(({ name }) => name)

describe('the bars', () => {
  test('what just meets them all', () => {
    expect(missed(judge({}))).toEqual([])
  })

  test.each<readonly [string, Given]>([
    ['not-building', { action: { ...seconds(40, 37.99), peakBytes: 2_300 } }],
    ['one-changed', { actionChanged: seconds(40.01, 35) }],
    ['peak-disk', { action: { ...seconds(40, 38), peakBytes: 2_301 } }],
  ])('%s: what just misses it', (name, given) => {
    expect(missed(judge(given))).toEqual([name])
  })

  test('of what failed nothing good is said', () => {
    const verdicts = judge({ actionChanged: { error: 'no node' } })
    expect(missed(verdicts)).toEqual(['one-changed'])
    expect(verdicts[1]?.measured).toContain('failed: no node')
  })

  test('nor of what was not measured', () => {
    expect(missed(judgeJob(summarize([])))).toEqual(['not-building', 'one-changed', 'peak-disk'])
    // A disk that somebody else has freed something on has no figures.
    expect(missed(judge({ alone: seconds(60, 60) }))).toEqual(['peak-disk'])
  })
})

test('the table has every job, its stages, and what failed', () => {
  const summaries = summarize(toSamples({ scriptChanged: { error: 'no space left on device' } }))
  const text = renderMarkdown([toSection(summaries, platform, 1)])
  expect(text).toContain('6 images of 2.1 GB in all, 44,700 files, 1 fresh node')
  expect(text).toMatch(/\| this action, cold \| 1 \| 40.0 s \| 38.0 s \|.* 2.00 s \| 5.0% \|/)
  expect(text).toMatch(/\| the story's script, one service changed \| 1 \| - \|/)
  expect(text).toContain("failed: the story's script, one service changed: no space left on device")
})
