import { createDocker } from '../../docker/docker.ts'
import { withEngineApi } from '../../docker/engine-api.ts'
import { renderError } from '../../failure.ts'
import { within } from '../../host/deadline.ts'
import type { LoadedImage } from '../cluster/loaded-image.ts'
import { gatherNodes, inspectNodes } from '../nodes/gather-nodes.ts'
import { type Baseline, toBaseline } from './baseline.ts'
import { startRecorder } from './recorder.ts'
import { writeBaseline } from './recording.ts'

/** Mostly it has ended long before. */
const patienceMs = 3_500

type Options = {
  readonly clusterName: string
  readonly folder: string
  readonly childEnv: Readonly<Record<string, string>>
  readonly line: (text: string) => void
  /** It begins when this is fulfilled. */
  readonly after: Promise<unknown>
}

/** A string says why nothing could be recorded. */
const record = async (options: Options): Promise<Baseline | string> => {
  await options.after
  const { clusterName, folder, childEnv } = options
  // Not ended with the step: post needs what it finds.
  const baseline = await withEngineApi(createDocker(childEnv), async (api) => {
    const { nodes } = await inspectNodes(api.get, clusterName)
    return toBaseline(clusterName, await gatherNodes(api, nodes, 'kernel-only'))
  })
  if (baseline === undefined) return 'no node answered'
  // At once: main may be killed, and pods may come as soon as it has ended.
  writeBaseline(folder, baseline)
  startRecorder(folder, childEnv)
  return baseline
}

/**
 * Records how things are before anything is loaded, and has a process go on recording until post. No
 * trouble with it is the step's.
 *
 * @returns what adds the images that were loaded
 */
export const beginRecording = (
  options: Options,
): ((images: readonly LoadedImage[]) => Promise<void>) => {
  const recording = record(options).catch(renderError)
  const refuse = (why: string): void =>
    options.line(`Could not record the nodes' state; the post step will not diagnose: ${why}`)
  return async (images) => {
    const baseline = await within(recording, patienceMs, 'no answer in time')
    if (typeof baseline === 'string') return refuse(baseline)
    try {
      writeBaseline(options.folder, { ...baseline, images })
    } catch (error) {
      refuse(renderError(error))
    }
  }
}
