/** How long the builds of one run took, in milliseconds: of each image, or all together alone. */
export type BuildTimes = readonly number[]

/** Names of entries hold no more. */
const longestKey = 512
const mostRuns = 10

/** With more images, only the sum is kept, so that there is room for enough runs. */
const mostTimes = 12

const tenthMs = 100

/** Tenths of a second in base 36: three characters up to an hour and a quarter. */
const toWord = (ms: number): string =>
  Math.min(36 ** 5 - 1, Math.max(0, Math.round(ms / tenthMs))).toString(36)

const toRunWord = (times: BuildTimes): string => times.map(toWord).join('.')

/** Of so many images each has a time of its own. */
export const toKept = (times: BuildTimes): BuildTimes =>
  times.length <= mostTimes ? times : [times.reduce((sum, ms) => sum + ms, 0)]

/**
 * The name that holds the times of a run and of those before it, latest first, as many as it has room for.
 *
 * @param ending what tells it from all names before
 */
export const toTimesKey = (
  prefix: string,
  times: BuildTimes,
  before: readonly BuildTimes[],
  ending: string,
): string => {
  const words = [toKept(times), ...before].slice(0, mostRuns).map(toRunWord)
  const toKey = (runs: number): string => [...words.slice(0, runs), ending].join('-')
  let runs = words.length
  while (runs > 1 && prefix.length + toKey(runs).length > longestKey) runs -= 1
  return prefix + toKey(runs)
}

const keyPattern =
  /^(slipway-time-v1-[0-9a-f]{16}-)((?:[0-9a-z]{1,5}(?:\.[0-9a-z]{1,5}){0,11}-){1,10})[0-9a-f]{8}$/

/** Whether it is one that we would have given. */
export const isTimesKey = (key: string): boolean => key.length <= longestKey && keyPattern.test(key)

/** The times that a name tells, latest first; empty when it is not one that we would have given. */
export const parseTimesKey = (
  prefix: string,
  key: string,
  images: number,
): readonly BuildTimes[] => {
  const [, start, list = ''] = keyPattern.exec(key) ?? []
  const length = images <= mostTimes ? images : 1
  const runs = list
    .split('-')
    .slice(0, -1)
    .map((run) => run.split('.').map((word) => Number.parseInt(word, 36) * tenthMs))
  return start === prefix && runs.every((run) => run.length === length) ? runs : []
}
