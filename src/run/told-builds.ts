import { formatBytes, formatCount, formatDuration } from '../text/format.ts'
import type { BuildNote } from './build-note.ts'

/** A build with the cache, as far as it is told. */
export type ToldBuild = {
  readonly name: string
  readonly steps: number
  readonly cachedSteps: number
  /** The first instruction that the cache did not have, with its line, and why not. */
  readonly missed: string | undefined
  readonly whole: BuildNote['whole']
}

export type MovedBytes = {
  /** Of layers that were neither fetched nor made. */
  readonly sparedBytes: number
  readonly fetched: { readonly bytes: number; readonly ms: number }
  readonly savedBytes: number
}

const toDay = (at: number): string =>
  new Date(at * 1_000).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    timeZone: 'UTC',
  })

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0)

/** What the same builds took without it, where each is known. */
const renderWhole = (builds: readonly ToldBuild[]): readonly string[] => {
  const wholes = builds.flatMap(({ cachedSteps, whole }) => (cachedSteps > 0 && whole) || [])
  const [first] = wholes
  if (first === undefined || wholes.length < builds.length) return []
  const what = builds.length === 1 ? builds[0]?.name : formatCount(builds.length, 'build')
  const day = toDay(Math.min(...wholes.map(({ at }) => at)))
  return [`Without it, ${what} took ${formatDuration(sum(wholes.map(({ ms }) => ms)))} on ${day}.`]
}

/** What a cache was worth in this step: a line of all builds, and one for each that missed something. */
export const renderWorth = (builds: readonly ToldBuild[], moved: MovedBytes): readonly string[] => {
  const { sparedBytes, fetched, savedBytes } = moved
  const steps = sum(builds.map((each) => each.steps))
  const parts = [
    ...(steps === 0
      ? []
      : [`${sum(builds.map((each) => each.cachedSteps))} of ${steps} steps hit`]),
    ...(sparedBytes === 0 ? [] : [`${formatBytes(sparedBytes)} not fetched`]),
    ...(fetched.bytes === 0
      ? []
      : [`${formatBytes(fetched.bytes)} fetched in ${formatDuration(fetched.ms)}`]),
    ...(savedBytes === 0 ? [] : [`${formatBytes(savedBytes)} to be kept`]),
  ]
  if (parts.length === 0) return []
  return [
    [`build-cache: ${parts.join(', ')}.`, ...renderWhole(builds)].join(' '),
    ...builds.flatMap(({ name, missed, cachedSteps }) =>
      missed === undefined || cachedSteps === 0 ? [] : [`build-cache: ${name} missed ${missed}.`],
    ),
  ]
}

/** Why a target's cache is not used, and how it comes back. */
export const renderOff = (name: string, { whole, offUntil }: BuildNote): string =>
  `build-cache: ${name} is built without it until ${toDay(offUntil)}: twice in a row it took longer with it than without${
    whole === undefined ? '' : ` (${formatDuration(whole.ms)})`
  }. \`build-cache: true\` uses it all the same.`
