import type { BuildTimes } from '../memory/time-memory.ts'
import { formatDuration } from '../text/format.ts'
import { type OutcomeOf, outcomesOf, type Report } from './report.ts'

/** The builds whose times are kept, and how long they took in earlier runs. */
export type History = {
  /** Names of the targets, in the order of their times. */
  readonly targets: readonly string[]
  /** Latest first. */
  readonly before: readonly BuildTimes[]
}

/** Fewer runs have no usual time. */
const fewestRuns = 3

/** What is no longer than this is not worth a word. */
const shortMs = 5_000

/** So much more than usual is noteworthy. */
const isMuch = (ms: number, usualMs: number): boolean =>
  ms - usualMs >= 2 * shortMs && ms >= 1.3 * usualMs

const sum = (times: readonly number[]): number => times.reduce((total, ms) => total + ms, 0)

const toMedian = (times: readonly number[]): number => {
  const sorted = times.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2
}

const buildsOf = (report: Report, { targets }: History): readonly OutcomeOf<'build'>[] =>
  targets.flatMap((name) =>
    outcomesOf(report, 'build').filter(({ step }) => step.target.name === name),
  )

const toMs = ({ time }: OutcomeOf<'build'>): number =>
  time === undefined ? 0 : time.endedMs - time.startedMs

/** How long the builds took, each; undefined where not all ended well. */
export const toBuildTimes = (report: Report, history: History): BuildTimes | undefined => {
  const builds = buildsOf(report, history)
  const areDone = builds.every(({ state }) => state === 'done')
  return areDone && builds.length === history.targets.length ? builds.map(toMs) : undefined
}

/** What took the time of a build, as far as that is not its own slow steps. */
const findCauses = ({ result }: OutcomeOf<'build'>): readonly string[] => {
  if (result === undefined) return []
  const { timings, missed } = result.metadata
  const phases = [
    ['base images pulled anew', timings.pullMs],
    ['context sent', timings.contextMs],
    ['caches read and written', timings.cacheMs],
    ['image exported', timings.exportMs],
  ] as const
  const at = missed?.location
  const where = at === undefined ? '' : ` from line ${at.line} of ${at.file}`
  return [
    ...phases.flatMap(([what, ms]) => (ms < shortMs ? [] : [`${what} (${formatDuration(ms)})`])),
    ...(missed === undefined ? [] : [`cache missed${where}: ${missed.instruction}`]),
  ]
}

/** The target that took most beyond its usual time, where each has one. */
const findSlower = (builds: readonly OutcomeOf<'build'>[], before: readonly BuildTimes[]) => {
  const all = builds.map((build, index) => {
    const usualMs = toMedian(before.map((times) => times[index] ?? 0))
    return { build, ms: toMs(build), usualMs }
  })
  return all.toSorted((a, b) => b.ms - b.usualMs - (a.ms - a.usualMs))[0]
}

/**
 * How long the builds took beside what they usually take, in one line, and why they took longer; undefined
 * where nobody knows what is usual.
 */
export const compareWithUsual = (report: Report, history: History) => {
  const { before } = history
  const times = toBuildTimes(report, history)
  if (times === undefined || before.length < fewestRuns) return undefined
  const [ms, usualMs] = [sum(times), toMedian(before.map(sum))]
  const runs = `the last ${before.length} runs`
  const all = `${formatDuration(ms)}, usually ${formatDuration(usualMs)} (${runs})`
  if (!isMuch(ms, usualMs)) return { line: all, isSlower: false }
  const builds = buildsOf(report, history)
  const isEach = before.every(({ length }) => length === builds.length)
  const slower = isEach && builds.length > 1 ? findSlower(builds, before) : undefined
  const ofOne = slower && `${slower.build.step.target.name} ${formatDuration(slower.ms)}`
  const one = slower && `; most of it ${ofOne}, usually ${formatDuration(slower.usualMs)}`
  const build = slower?.build ?? builds.toSorted((a, b) => toMs(b) - toMs(a))[0]
  const causes = build === undefined ? [] : findCauses(build)
  const why = causes.length === 0 ? '' : `: ${causes.join('; ')}`
  return { line: `${all}${one ?? ''}${why}`, isSlower: true }
}
