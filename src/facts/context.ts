import type { Env } from '../host/command.ts'
import type { Secret } from '../secret.ts'

/** Where the step runs. */
export type GatherContext = {
  /** What this run is called. */
  readonly runId: string
  /** Where relative paths of inputs start. */
  readonly workspace: string
  /** A folder of the run's own for images, on a disk. */
  readonly layoutDir: string
  /** Where temporary files belong. */
  readonly tempRoot: string
  readonly isHostedRunner: boolean
  readonly hasCacheService: boolean
  readonly mayWriteCache: boolean
  /** `owner/name` of the repository that the workflow runs in; undefined where nobody says. */
  readonly repository: string | undefined
  /** What child processes inherit. */
  readonly env: Env
  /** For what Git LFS keeps of the repository; undefined where the step has no token. */
  readonly takeToken: () => Promise<Secret | undefined>
}
