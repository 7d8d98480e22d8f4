import { Failure } from '../../../failure.ts'
import { show } from '../links.ts'

/** What the node puts before a path has to fit, too: Linux takes 4,096 bytes. */
const longestPath = 1_024

const longestName = 255

/** Nobody nests deeper, and what walks up from each file should not take for ever. */
const deepest = 64

/** The same of an archive's, which are bytes, one a character. */
export const showBytes = (name: string): string => show(Buffer.from(name, 'latin1').toString())

const refuse = (name: string, why: string): Failure => new Failure(`The path ${show(name)} ${why}`)

/**
 * A path as it may become one on a node: relative, without `.`, `..` and empty names.
 *
 * @param name text
 * @returns empty for the top itself
 * @throws {Failure} for what leads elsewhere, or is none
 */
export const toTreePath = (name: string): string => {
  if (Buffer.byteLength(name) > longestPath)
    throw refuse(name, `has more than ${longestPath} bytes`)
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) throw refuse(name, 'has control characters')
  if (!name.isWellFormed()) throw refuse(name, 'is no text')
  if (name.startsWith('/')) throw refuse(name, 'is absolute')
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) throw refuse(name, 'leads out of the folder')
  if (parts.length > deepest) throw refuse(name, `has more than ${deepest} folders`)
  if (parts.some((part) => Buffer.byteLength(part) > longestName))
    throw refuse(name, `has a name of more than ${longestName} bytes`)
  return parts.join('/')
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Text of what an archive says, which is bytes.
 *
 * @param bytes one a character (latin1)
 * @throws {Failure} for what is no UTF-8: elsewhere it would become another name
 */
export const toText = (bytes: string): string => {
  try {
    return decoder.decode(Buffer.from(bytes, 'latin1'))
  } catch {
    throw new Failure(`The path ${showBytes(bytes)} is no UTF-8`)
  }
}
