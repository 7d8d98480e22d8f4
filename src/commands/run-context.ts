import type { BuilderWatch } from '../build/builder-watch.ts'
import type { GatherContext } from '../facts/context.ts'
import type { Env } from '../host/command.ts'
import type { Log } from '../host/log.ts'

/** Where a run takes place. */
export type RunContext = Omit<GatherContext, 'takeToken'> & {
  /** A folder of the run's own, which goes with it. */
  readonly tempDir: string
  /** Where post finds layers that it is to keep; undefined where there is no post. */
  readonly laterDir: string | undefined
  /** Where post finds how things were before; undefined where nobody will look. */
  readonly recordingFolder: string | undefined
  /** Where the logs of a cluster go that could not be made; they stay until post. */
  readonly clusterLogs: string
  /** What child processes inherit. */
  readonly env: Env
  /** Looks after the run's own builder, where that is needed. */
  readonly watch?: BuilderWatch | undefined
  /** By these variables builds and we find the Actions cache. */
  readonly cacheEnv: Env
  /** Whether what the run builds is what the repository's default branch has. */
  readonly isDefaultBranch: boolean
  /** 1 for a job that runs for the first time, more when somebody runs it again. */
  readonly runAttempt: number
}

/** What a run needs of whoever started it. */
export type FrontEnd = {
  readonly log: Log
  /** Hides a value in all that is printed from now on. */
  readonly mask: (value: string) => void
  /**
   * Tells whoever cleans up after us what is about to be made.
   *
   * @throws {Failure} where they would not hear of it, so that it is not made
   */
  readonly announce: (name: string, value: string) => void
  /** Keeps a word for them of what there is, or has ended. Never fails: a warning says that it is lost. */
  readonly saveState: (name: string, value: string) => void
  readonly signal: AbortSignal
}
