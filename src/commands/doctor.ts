import { createDocker } from '../docker/docker.ts'
import { withEngineApi } from '../docker/engine-api.ts'
import type { Check } from '../doctor/check.ts'
import { examine } from '../doctor/examine.ts'
import { findPlace } from '../doctor/place.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { createBuildToken } from '../token/build-token.ts'
import type { FrontEnd, RunContext } from './run-context.ts'

/** Of all inputs those that say what is to be examined. */
type Wishes = Pick<
  Inputs,
  | 'cluster'
  | 'clusterName'
  | 'containerdAddress'
  | 'existingBuilder'
  | 'credentials'
  | 'apiUrl'
  | 'secretFormat'
>

type Place = Pick<RunContext, 'env' | 'cacheEnv' | 'isHostedRunner' | 'tempRoot' | 'runId'>

/** Says what of this machine works for Slipway, and what mends the rest. Changes nothing. */
export const doctor = async (
  inputs: Wishes,
  { env, isHostedRunner, ...place }: Place,
  front: FrontEnd,
): Promise<readonly Check[]> => {
  const over = new AbortController()
  const signal = AbortSignal.any([front.signal, over.signal])
  const { debug, warning } = front.log
  await using token = createBuildToken({
    ...{ ...front, signal, inputs, log: debug, warn: warning, childEnv: env },
  })
  const docker = createDocker(env, signal)
  return await withEngineApi(docker, async (api) => {
    try {
      const where = findPlace(env, isHostedRunner)
      return await examine({ ...inputs, ...place, env, docker, api, token, signal, place: where })
    } finally {
      // What has no answer by now is not waited for.
      over.abort()
    }
  })
}
