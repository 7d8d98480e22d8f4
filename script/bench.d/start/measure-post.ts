import { fileURLToPath } from 'node:url'
import { runAction } from '../../../__tests__/support/runner/run-action.ts'
import { startNodes } from '../host/nodes.ts'
import type { Session } from '../host/session.ts'
import { readBaseEnv } from '../job/ways/action.ts'

const actionDir = fileURLToPath(new URL('../../..', import.meta.url))

/** Loads an image as a step does, and takes the time of its post, which finds nothing and has nothing to remove. */
const measureOne = async (
  { signal }: Session,
  inputs: Readonly<Record<string, string>>,
  baseEnv: Readonly<Record<string, string>>,
): Promise<number> => {
  let [begunMs, endMs] = [0, 0]
  const step = await runAction({
    ...{ actionDir, inputs, baseEnv, signal },
    runnerEnvironment: 'self-hosted',
    onSpawn: () => {
      begunMs = performance.now()
    },
    onEnd: () => {
      endMs = performance.now()
    },
  })
  await step.dispose()
  signal.throwIfAborted()
  const said = step.annotations.map(({ message }) => message)
  if (step.conclusion !== 'success' || step.postConclusion !== 'success' || said.length > 0)
    throw new Error(`the step or its post had something to say: ${said.join(' ')}`)
  return endMs - begunMs
}

/** @returns milliseconds of each post, from the start of its process to its end */
export const measurePosts = async (session: Session, runs: number): Promise<readonly number[]> => {
  const { cluster } = await startNodes(session, 1)
  const base = process.env['SLIPWAY_BASE_IMAGE'] ?? 'slipway-testbed/base:latest'
  const images = `${cluster}:1`
  await session.docker(['tag', base, images])
  session.defer(`image ${images}`, () => session.docker(['rmi', images]))
  const baseEnv = await readBaseEnv(session)
  const times: number[] = []
  while (times.length < runs)
    times.push(await measureOne(session, { images, 'cluster-name': cluster }, baseEnv))
  return times
}
