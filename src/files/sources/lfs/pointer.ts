import { Failure } from '../../../failure.ts'
import { toLine } from '../../../text/to-line.ts'

/** What has so many bytes is no pointer, as the specification has it. */
export const mostPointerBytes = 1024

/** What a file of a checkout stands for. */
export type Pointer = { readonly oid: string; readonly sizeBytes: number }

/** Of all versions, and as git-lfs takes it: with white space before it. */
const beginning =
  /^\s*version (?:https:\/\/git-lfs\.github\.com\/|https:\/\/hawser\.github\.com\/|http:\/\/git-media\.io\/)/

const version = 'https://git-lfs.github.com/spec/v1'

/** The only form of specification v1 that has no extensions; git-lfs can do without the last line's end. */
const grammar =
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\noid sha256:([0-9a-f]{64})\nsize (0|[1-9][0-9]{0,15})\n?$/

type Refusal = { readonly line: number; readonly why: string }

const known = ['version', 'oid', 'size']

const refuseLine = (line: string, index: number): string | undefined => {
  const [, key = '', value = ''] = /^([^ ]*)(?: (.*))?$/s.exec(line) ?? []
  if (/^ext-/.test(key))
    return `it has the extension ${toLine(key, 60)}, a program of the repository's, which Slipway does not run`
  if (!known.includes(key))
    return `specification v1 knows no key ${JSON.stringify(toLine(key, 60))}`
  if (key !== known[index]) return `${key} is not in its place`
  if (key === 'version' && value !== version) return `its version is ${toLine(value, 80)}`
  if (key === 'oid' && !/^sha256:[0-9a-f]{64}$/.test(value)) return 'its oid is no SHA-256'
  if (key === 'size' && !/^(?:0|[1-9][0-9]{0,15})$/.test(value)) return 'its size is no number'
  return undefined
}

const explain = (text: string): Refusal => {
  const lines = text.replace(/\n$/, '').split('\n')
  for (const [index, line] of lines.entries()) {
    const why = refuseLine(line, index)
    if (why !== undefined) return { line: index + 1, why }
  }
  return { line: 1, why: 'it is not whole' }
}

/** As `core.autocrlf` leaves it in a checkout; where only some lines end so, it stays as it is. */
const withoutReturns = (text: string): string =>
  /(?<!\r)\n|\r(?!\n)/.test(text) ? text : text.replaceAll('\r\n', '\n')

/**
 * Reads what may be a pointer of Git LFS. The empty file is its own.
 *
 * @param file relative to the workspace
 * @returns undefined for what is none
 * @throws {Failure} for what begins like one and is none: a node would get it in place of the file
 */
export const parsePointer = (content: Buffer, file: string): Pointer | undefined => {
  if (content.length >= mostPointerBytes) return undefined
  const raw = content.toString('utf8')
  if (!beginning.test(raw)) return undefined
  const text = withoutReturns(raw)
  const [, oid, digits] = grammar.exec(text) ?? []
  const sizeBytes = Number(digits)
  if (oid !== undefined && Number.isSafeInteger(sizeBytes)) return { oid, sizeBytes }
  const { line, why } = explain(text)
  throw new Failure(`${toLine(file)} is no pointer of Git LFS that Slipway reads: ${why}`, {
    location: { file, line },
    remedy: 'Run `git lfs pull` before this step: files that are there are taken as they are.',
  })
}
