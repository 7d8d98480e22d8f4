import { createHash } from 'node:crypto'
import { attempt } from '../failure.ts'
import type { Entry } from './entry.ts'

/** Entries that main has left to post: their files lie beside this list, under their digests. */
export type SavedPlan = readonly Pick<Entry, 'key' | 'files'>[]

export const savedPlanFile = 'entries.json'

const isHex = (value: unknown): boolean => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)

const keys =
  /^slipway-(?:layer-v1-[0-9a-f]{64}|layers-v1-[0-9a-f]{32}|build-v1-[0-9a-f]{16}-[0-9a-f]{64}-[0-9a-f]{8})$/

const isEntry = ({ key, files }: Partial<SavedPlan[number]>): boolean =>
  typeof key === 'string' &&
  keys.test(key) &&
  Array.isArray(files) &&
  files.every((file) => isHex(file?.sha256))

/** By this the list is known again. */
export const toMark = (text: string): string => createHash('sha256').update(text).digest('hex')

/**
 * Reads the list. Later steps of the job run as the same user, and may have changed it.
 *
 * @param mark of the list that main has left
 * @returns undefined where it is another one
 */
export const parseSavedPlan = (text: string, mark: string): SavedPlan | undefined => {
  const entries = toMark(text) === mark ? attempt(() => JSON.parse(text) as SavedPlan) : undefined
  return Array.isArray(entries) && entries.every(isEntry) ? entries : undefined
}
