import type { Docker } from '../../docker/docker.ts'
import { withEngineApi } from '../../docker/engine-api.ts'
import { renderError } from '../../failure.ts'
import { within } from '../../host/deadline.ts'
import type { LoadedImage } from '../cluster/cluster.ts'
import type { Baseline } from './baseline.ts'
import { startNoteTaker } from './recorder.ts'
import { writeBaseline } from './recording.ts'
import { takeBaseline } from './take-baseline.ts'

/** What main notes for post, beside its work. */
export type JobNotes = {
  /** Adds what was loaded. */
  readonly finish: (images: readonly LoadedImage[]) => Promise<void>
}

/** Mostly it has ended long before. */
const patienceMs = 3_500

type Options = {
  readonly docker: Docker
  readonly clusterName: string
  readonly folder: string
  readonly childEnv: Readonly<Record<string, string>>
  readonly line: (text: string) => void
}

/** A string says why nothing could be noted. */
const note = async ({
  docker,
  clusterName,
  folder,
  childEnv,
}: Options): Promise<Baseline | string> => {
  const baseline = await withEngineApi(docker, (api) => takeBaseline(api, clusterName))
  if (baseline === undefined) return 'no node answers'
  // At once: main may be killed, and pods may come as soon as it has ended.
  writeBaseline(folder, baseline)
  startNoteTaker(folder, childEnv)
  return baseline
}

/**
 * Notes how things are before anything is loaded, and has a process go on noting until post. No
 * trouble with it is the step's.
 */
export const beginNotes = (options: Options): JobNotes => {
  const noting = note(options).catch(renderError)
  const refuse = (why: string): void =>
    options.line(`How the nodes are could not be noted, so post does not look at them: ${why}`)
  return {
    finish: async (images) => {
      const baseline = await within(noting, patienceMs, 'no answer in time')
      if (typeof baseline === 'string') return refuse(baseline)
      try {
        writeBaseline(options.folder, { ...baseline, images })
      } catch (error) {
        refuse(renderError(error))
      }
    },
  }
}
