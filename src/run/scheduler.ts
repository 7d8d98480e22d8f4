/** Something to do after some others. */
export type Job = {
  readonly id: string
  /** Jobs that must have been done. */
  readonly needs: readonly string[]
  /** Jobs that must be over, however they ended. */
  readonly after: readonly string[]
  readonly lane: string
  /** Done also when all has been ended. */
  readonly isFinal: boolean
}

export type Outcome<J extends Job = Job> = {
  readonly step: J
  /** `cancelled`: cut off or never begun, as all was ended by something else. */
  readonly state: 'done' | 'failed' | 'skipped' | 'cancelled'
  /** What it came to; undefined for what was not done. */
  readonly result: unknown
  /** Why it failed; undefined for what did not. */
  readonly error: unknown
  /** The job that was not done and is the reason for not doing this one; undefined for others. */
  readonly because: string | undefined
  /** As `performance.now()`; undefined for what was never begun. */
  readonly time: { readonly startedMs: number; readonly endedMs: number } | undefined
}

export type Options<J extends Job> = {
  /** How many of some lanes together are done at once; a lane that is in none of them has no limit. */
  readonly limits: readonly { readonly lanes: readonly J['lane'][]; readonly most: number }[]
  /** True where nothing more shall begin, but what is final. */
  readonly isEnded: () => boolean
  /** The same job as it is known now, under the same id and with the same order; its lane may be another one. */
  readonly renew?: (job: J) => J
  readonly run: (job: J) => Promise<unknown>
  /** Hears of each as it ends; may end all. */
  readonly onEnd: (outcome: Outcome<J>) => void
}

/**
 * Does jobs side by side, each after those that it needs. What needs one that was not done is skipped.
 * What is at work when all is ended has no failure of its own, whatever it says.
 *
 * @returns how each ended, in the order of the jobs; never fails
 */
export const runJobs = async <J extends Job>(
  jobs: readonly J[],
  { limits, isEnded, renew = (job) => job, run, onEnd }: Options<J>,
): Promise<readonly Outcome<J>[]> => {
  const outcomes = new Map<string, Outcome<J>>()
  const running = new Map<string, { readonly lane: string; readonly work: Promise<void> }>()
  const end = (step: J, state: Outcome['state'], more: Partial<Outcome<J>> = {}): void => {
    const nothing = { result: undefined, error: undefined, because: undefined, time: undefined }
    const outcome = { ...nothing, ...more, step, state }
    outcomes.set(step.id, outcome)
    running.delete(step.id)
    onEnd(outcome)
  }
  const begin = (known: J): void => {
    const job = renew(known)
    const startedMs = performance.now()
    const time = () => ({ startedMs, endedMs: performance.now() })
    const work = run(job).then(
      (result) => end(job, 'done', { result, time: time() }),
      (error: unknown) =>
        isEnded() && !job.isFinal
          ? end(job, 'cancelled', { time: time() })
          : end(job, 'failed', { error, time: time() }),
    )
    running.set(job.id, { lane: job.lane, work })
  }
  const isFull = (lane: string): boolean => {
    const working = [...running.values()]
    return limits.some(
      ({ lanes, most }) =>
        lanes.includes(lane) && working.filter((each) => lanes.includes(each.lane)).length >= most,
    )
  }
  const stateOf = (id: string): Outcome['state'] | undefined => outcomes.get(id)?.state
  /** Ends or begins one job that may be; false where there is none. */
  const advance = (): boolean =>
    jobs.some((job) => {
      if (outcomes.has(job.id) || running.has(job.id)) return false
      const lost = job.needs.find((id) => /failed|skipped/.test(stateOf(id) ?? ''))
      if (lost !== undefined) end(job, 'skipped', { because: lost })
      else if (isEnded() && !job.isFinal) end(job, 'cancelled')
      else if (
        job.needs.every((id) => stateOf(id) === 'done') &&
        job.after.every((id) => outcomes.has(id)) &&
        !isFull(renew(job).lane)
      ) {
        begin(job)
      } else return false
      return true
    })
  for (;;) {
    while (advance());
    if (running.size === 0) break
    await Promise.race([...running.values()].map(({ work }) => work))
  }
  return jobs.flatMap(({ id }) => outcomes.get(id) ?? [])
}
