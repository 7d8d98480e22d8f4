import type { Docker } from '../../host/docker.ts'
import { withEngineApi } from '../../host/engine-api.ts'
import type { LoadedImage } from '../cluster/cluster.ts'
import { within } from '../deadline.ts'
import type { Baseline } from './baseline.ts'
import { startNoteTaker } from './note-taker.ts'
import { writeBaseline } from './notes.ts'
import { takeBaseline } from './take-baseline.ts'

/** What main notes for post, beside its work. */
export type JobNotes = {
  /** Adds what was loaded. */
  readonly finish: (images: readonly LoadedImage[]) => Promise<void>
}

/** Mostly it has ended long before. */
const patienceMs = 4_000

type Options = {
  readonly docker: Docker
  readonly clusterName: string
  readonly folder: string
  readonly childEnv: Readonly<Record<string, string>>
  readonly debug: (line: string) => void
}

/**
 * Notes how things are before anything is loaded, and has a process go on noting until post. No
 * trouble with it is the step's.
 */
export const beginNotes = ({ docker, clusterName, folder, childEnv, debug }: Options): JobNotes => {
  const noting = withEngineApi(docker, (api) => takeBaseline(api, clusterName))
    .then((baseline) => {
      if (baseline === undefined) return undefined
      // At once: main may be killed, and pods may come as soon as it has ended.
      writeBaseline(folder, baseline)
      startNoteTaker(folder, childEnv)
      return baseline
    })
    .catch((error: unknown): Baseline | undefined => {
      debug(`How things are could not be noted: ${error}`)
      return undefined
    })
  return {
    finish: async (images) => {
      const baseline = await within(noting, patienceMs, undefined)
      if (baseline === undefined) return
      try {
        writeBaseline(folder, { ...baseline, images })
      } catch (error) {
        debug(`What was loaded could not be noted: ${error}`)
      }
    },
  }
}
