import type { HiddenCopy, HidingReason } from '../image/contents/merge.ts'
import { isBase, type Subject } from './findings/subject.ts'

/** Copies that one line has written and another one has hidden, for one reason. */
export type WastePart = {
  readonly layer: number
  readonly hiddenBy: number
  readonly reason: HidingReason
  readonly bytes: number
  readonly files: number
  /** Some, the largest first, as bytes. */
  readonly paths: readonly string[]
}

/** What the image has and nobody sees, each copy once. */
export type Waste = {
  /** Written by our own lines: an image that is built better does not have it. */
  readonly ownBytes: number
  /** Written by the base and hidden by our lines: only squashing loses it. */
  readonly squashBytes: number
  /** Written and hidden by the base. */
  readonly baseBytes: number
  /** The largest first. */
  readonly parts: readonly WastePart[]
}

const pathsShown = 3

const sum = (copies: readonly HiddenCopy[]): number =>
  copies.reduce((bytes, { entry }) => bytes + entry.sizeBytes, 0)

export const toWaste = (subject: Subject): Waste => {
  const { hidden } = subject.merged
  const own = hidden.filter(({ layer }) => !isBase(subject, layer))
  const ofBase = hidden.filter(({ layer }) => isBase(subject, layer))
  const keyOf = ({ layer, hiddenBy, reason }: HiddenCopy) => `${layer} ${hiddenBy} ${reason}`
  const parts = [...Map.groupBy(hidden, keyOf).values()].flatMap((group): readonly WastePart[] => {
    const [first] = group
    if (first === undefined) return []
    const { layer, hiddenBy, reason } = first
    const largest = group.toSorted((a, b) => b.entry.sizeBytes - a.entry.sizeBytes)
    const paths = largest.slice(0, pathsShown).map(({ entry }) => entry.path)
    return [{ layer, hiddenBy, reason, bytes: sum(group), files: group.length, paths }]
  })
  return {
    ownBytes: sum(own),
    squashBytes: sum(ofBase.filter(({ hiddenBy }) => !isBase(subject, hiddenBy))),
    baseBytes: sum(ofBase.filter(({ hiddenBy }) => isBase(subject, hiddenBy))),
    parts: parts.filter(({ bytes }) => bytes > 0).toSorted((a, b) => b.bytes - a.bytes),
  }
}
