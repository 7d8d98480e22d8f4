import { chooseMounts, noMounts } from '../build/mounts/choose-mounts.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { Facts } from './facts.ts'

/** Of the run, what decides whether the Actions cache can be used. */
type Context = { readonly hasCacheService: boolean; readonly workspace: string }

/** Caches of RUN steps that can be kept, and a line that says why none can be. */
export const findCacheMounts = (
  { builder, targets }: Pick<Facts, 'builder' | 'targets'>,
  { cacheMounts, isTrusted, builder: own }: Inputs,
  { hasCacheService, workspace }: Context,
): Pick<Facts, 'cacheMounts'> & { readonly lines: readonly string[] } => {
  if (cacheMounts.length === 0) return { cacheMounts: noMounts, lines: [] }
  const chosen = chooseMounts(cacheMounts, targets, workspace)
  const hasSeveral = (builder?.nodes?.length ?? 0) > 1 || (own?.appended.length ?? 0) > 0
  const [objection] = [
    ...(hasCacheService ? [] : ['this run has no Actions cache']),
    ...(isTrusted ? [] : ["a fork's Dockerfile would see what is in them"]),
    ...(hasSeveral ? ['the builder has several nodes'] : []),
  ]
  return objection === undefined
    ? { cacheMounts: chosen, lines: [] }
    : { cacheMounts: noMounts, lines: [`cache-mounts: not used, as ${objection}.`] }
}
