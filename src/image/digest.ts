import { createHash } from 'node:crypto'

/** `sha256:...` of a text's or a file's bytes. */
export const toDigest = (content: string | Buffer): string =>
  `sha256:${createHash('sha256').update(content).digest('hex')}`

/** The digits alone, by which files are called. */
export const toHex = (digest: string): string => digest.replace(/^sha256:/, '')

/** Whether a value that others wrote is such a digest: nothing else may name a file. */
export const isDigest = (value: unknown): value is string =>
  typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value)
