import { createBuilder } from '../build/own-builder.ts'
import { createDocker } from '../docker/docker.ts'
import type { Env } from '../host/command.ts'
import type { Inputs } from '../inputs/inputs.ts'

/** The state by which post knows that the run made a builder: `made`, and `removed` when it is gone. */
export const builderState = 'builder'

type Place = { readonly [K in 'runId' | 'tempDir' | 'workspace']: string } & { readonly env: Env }

type FrontEnd = {
  readonly signal: AbortSignal
  readonly saveState: (name: string, value: string) => void
}

/**
 * Does something with the builder that the inputs ask for, which boots meanwhile and goes afterwards; with the
 * current one where they ask for none. Every buildx command finds it by its variable.
 *
 * @param body gets what is to be waited for before anything is built
 */
export const withBuilder = async <P extends Place, T>(
  { builder, bake, isDryRun }: Inputs,
  place: P,
  { signal, saveState }: FrontEnd,
  body: (place: P, booted: Promise<void>) => Promise<T>,
): Promise<T> => {
  const { env } = place
  if (builder === undefined || bake === undefined || isDryRun) return body(place, Promise.resolve())
  saveState(builderState, 'made')
  // What fails meanwhile does not wait until the builder has its image.
  const stop = new AbortController()
  const booting = createDocker(env, AbortSignal.any([signal, stop.signal]))
  const own = await createBuilder(booting, createDocker(env), builder, place)
  try {
    return await body({ ...place, env: { ...env, BUILDX_BUILDER: own.name } }, own.booted)
  } finally {
    stop.abort()
    await own.remove()
    saveState(builderState, 'removed')
  }
}
