/** Something to do after some others. */
export type Job = { readonly name: string; readonly dependsOn: readonly string[] }

export type Outcome = {
  readonly name: string
  /** `cancelled`: cut off or never begun, as all was ended by something else. */
  readonly state: 'done' | 'failed' | 'skipped' | 'cancelled'
  /** Why it failed; undefined for what did not. */
  readonly error: unknown
  /** The job whose failure is the reason for not doing this one; undefined for others. */
  readonly because: string | undefined
}

/**
 * Does jobs side by side, each after those that it depends on. What depends on a failed one is
 * skipped. What is at work when all is ended has no failure of its own, whatever it says.
 *
 * @param parallel how many at once
 * @param isEnded true where nothing more shall begin
 * @param onFailure may end all
 * @returns how each ended, in the order of the jobs; never fails
 */
export const runJobs = async <T extends Job>(
  jobs: readonly T[],
  parallel: number,
  isEnded: () => boolean,
  run: (job: T) => Promise<void>,
  onFailure: () => void = () => {},
): Promise<readonly Outcome[]> => {
  const outcomes = new Map<string, Outcome>()
  const running = new Map<string, Promise<void>>()
  const end = ({ name }: T, state: Outcome['state'], error?: unknown, because?: string): void => {
    outcomes.set(name, { name, state, error, because })
    running.delete(name)
  }
  const isDone = (name: string): boolean => outcomes.get(name)?.state === 'done'
  const begin = (job: T): void => {
    const work = run(job).then(
      () => end(job, 'done'),
      (error: unknown) => {
        if (isEnded()) end(job, 'cancelled')
        else end(job, 'failed', error)
        onFailure()
      },
    )
    running.set(job.name, work)
  }
  for (;;) {
    for (const job of jobs) {
      if (outcomes.has(job.name) || running.has(job.name)) continue
      const lost = job.dependsOn.find((name) =>
        /failed|skipped/.test(outcomes.get(name)?.state ?? ''),
      )
      if (lost !== undefined) end(job, 'skipped', undefined, lost)
      else if (isEnded()) end(job, 'cancelled')
      else if (running.size < parallel && job.dependsOn.every(isDone)) begin(job)
    }
    if (running.size === 0 && outcomes.size === jobs.length) break
    if (running.size > 0) await Promise.race(running.values())
  }
  return jobs.flatMap(({ name }) => outcomes.get(name) ?? [])
}
