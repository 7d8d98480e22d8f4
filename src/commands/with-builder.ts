import type { BuilderWatch } from '../build/builder-watch.ts'
import { claimState, type KeptBuilder } from '../build/kept-state.ts'
import type { createKubernetesBuilder } from '../build/kubernetes-builder.ts'
import { createBuilder } from '../build/own-builder.ts'
import { requireOptions } from '../build/require-options.ts'
import { createDocker } from '../docker/docker.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import { findBuildxVersion } from '../docker/info.ts'
import type { Env } from '../host/command.ts'
import type { Log } from '../host/log.ts'
import type { BuilderRequest } from '../inputs/builder-request.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { FrontEnd } from './run-context.ts'

/**
 * The state by which post knows that the run made a builder: `made`, or its name where its state is kept, and
 * `removed` when it is gone.
 */
export const builderState = 'builder'

/** The state that is kept, where nothing speaks against it, which is told. */
const claim = async (
  builder: BuilderRequest,
  api: EngineApi,
  clusterName: string,
  place: Place,
  { line }: Log,
): Promise<KeptBuilder | undefined> => {
  if (builder.keepsState === 'not-for-forks') {
    line("keep-state: the builder begins with an empty cache, as the code may be a fork's.")
    return undefined
  }
  const kept = await claimState(api, builder, { ...place, clusterName })
  if (typeof kept !== 'string') return kept
  line(`keep-state: the builder begins with an empty cache, as ${kept}.`)
  return undefined
}

type Place = { readonly repository: string | undefined } & {
  readonly [K in 'runId' | 'tempDir' | 'workspace']: string
} & { readonly env: Env }

type Front = Pick<FrontEnd, 'log' | 'signal' | 'announce' | 'saveState'>

type Built = {
  /** The step's own variables; those of `env` lead buildx to its builder. */
  readonly stepEnv: Env
  /** Undefined where the builder needs nobody to look after it. */
  readonly watch?: BuilderWatch | undefined
}

/** Most steps start without a library for YAML. */
const inCluster = async (...order: Parameters<typeof createKubernetesBuilder>) => {
  const { createKubernetesBuilder } = await import('../build/kubernetes-builder.ts')
  return createKubernetesBuilder(...order)
}

/**
 * Does something with the builder that the inputs ask for, which boots meanwhile and goes afterwards; with the
 * current one where they ask for none. Every buildx command finds it by its variable.
 *
 * @param body gets what is to be waited for before anything is built
 */
export const withBuilder = async <P extends Place, T>(
  { builder, bake, isDryRun, clusterName }: Inputs,
  api: EngineApi,
  place: P,
  { log, signal, announce, saveState }: Front,
  body: (place: P & Built, booted: Promise<void>) => Promise<T>,
): Promise<T> => {
  const { env } = place
  if (builder === undefined || bake === undefined || isDryRun)
    return body({ ...place, stepEnv: env }, Promise.resolve())
  await requireOptions(builder, () => findBuildxVersion(createDocker(env, signal)))
  const kept =
    builder.keepsState === 'no' ? undefined : await claim(builder, api, clusterName, place, log)
  announce(builderState, kept?.name ?? 'made')
  // What fails meanwhile does not wait until the builder has its image.
  const stop = new AbortController()
  const until = AbortSignal.any([signal, stop.signal])
  const own =
    builder.driver === 'kubernetes'
      ? await inCluster(env, until, builder, place, log)
      : await createBuilder(createDocker(env, until), createDocker(env), builder, place, kept)
  try {
    const { watch } = own
    const ownEnv = { ...env, ...own.env, BUILDX_BUILDER: own.name }
    return await body({ ...place, env: ownEnv, stepEnv: env, watch }, own.booted)
  } finally {
    stop.abort()
    await own.remove()
    saveState(builderState, 'removed')
  }
}
