import { createHash } from 'node:crypto'
import { architecture } from '../host/architecture.ts'
import { type ImageReference, toRepository } from '../image/reference.ts'
import { toVariant } from '../inputs/variant.ts'

/** What is built, as far as something of it is kept. */
export type Built = {
  readonly tags: readonly ImageReference[]
  readonly isWanted: boolean
  /** As Bake has it. */
  readonly bake: { readonly definition: Readonly<Record<string, unknown>> }
}

/** Names of entries have room for these, and for no more than 512 characters in all. */
const mostImages = 60

/** Targets of whose images something is kept, in an order that does not depend on Bake's. */
export const toRemembered = <T extends Built>(targets: readonly T[]): readonly T[] => {
  const wanted = targets.filter(({ isWanted, tags }) => isWanted && tags.length > 0)
  return wanted.toSorted((a, b) => compare(nameOf(a), nameOf(b)))
}

/** Whether a name can hold something of each. */
export const areRememberable = (targets: readonly Built[]): boolean => {
  const { length } = toRemembered(targets)
  return length > 0 && length <= mostImages
}

/** By code units, the same in every language; 0 for what is the same, as sorting wants it. */
const compare = (a: string, b: string): number => Number(a > b) - Number(a < b)

/** Stages and platforms of one repository are images of their own. */
const nameOf = ({ tags: [tag], bake }: Built): string => {
  const { stage = '', platforms } = toVariant(bake.definition, architecture)
  return [toRepository(tag?.canonical ?? ''), stage, platforms].join(' ')
}

/** What names are there for. */
type Kind = 'size-v2' | 'time-v1' | `${'image' | 'parts'}-${'default' | 'branch'}-v1`

/**
 * The beginning of all names for the same images of one repository, whichever workflow builds them and
 * whatever their tags and build arguments are.
 *
 * @param at of names for one of the images, which
 */
export const toPrefix = (
  kind: Kind,
  repository: string,
  targets: readonly Built[],
  at?: number,
): string => {
  const names = toRemembered(targets).map(nameOf)
  const identity = createHash('sha256')
    .update([repository, ...names, ...(at === undefined ? [] : [at])].join('\n'))
    .digest('hex')
  return `slipway-${kind}-${identity.slice(0, 16)}-`
}
