import { attempt } from '../../failure.ts'
import { isDigest } from '../../image/digest.ts'
import type { MadeOf, MadeStep } from './made-of.ts'

/** A larger one is not kept: it is worth a sentence. */
export const largestMadeOf = 500_000

const mostSteps = 2_000
const longestName = 4_096

const isText = (value: unknown, pattern: RegExp): value is string =>
  typeof value === 'string' && value.length <= longestName && pattern.test(value)

const isMap = (value: unknown, pattern: RegExp): value is Readonly<Record<string, string>> =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).every(([name, text]) => name.length <= longestName && isText(text, pattern))

const isStep = (value: unknown): value is MadeStep => {
  if (typeof value !== 'object' || value === null) return false
  const { line, mark, keyword, argument = '', files = {} } = value as Record<string, unknown>
  return (
    Number.isSafeInteger(line) &&
    isText(mark, /^[0-9a-f]{16}$/) &&
    isText(keyword, /^[a-z]+$/) &&
    isText(argument, /^(?:\S+(?: \S+)*)?$/) &&
    isMap(files, /^(?:[0-9a-f]{12}|\d+ B)$/)
  )
}

/** @returns undefined where it is too large to be kept */
export const renderMadeOf = (madeOf: MadeOf): string | undefined => {
  const text = JSON.stringify(madeOf)
  return Buffer.byteLength(text) > largestMadeOf ? undefined : text
}

/**
 * Reads what an earlier run has kept; somebody else may have written it.
 *
 * @returns undefined where that is nothing that we would have kept
 */
export const parseMadeOf = (text: string): MadeOf | undefined => {
  if (text.length > largestMadeOf) return undefined
  const parsed = attempt((): unknown => JSON.parse(text))
  if (typeof parsed !== 'object' || parsed === null) return undefined
  const { steps, args, bases } = parsed as Record<string, unknown>
  if (!Array.isArray(steps) || steps.length > mostSteps || !steps.every(isStep)) return undefined
  if (!isMap(args, /^[0-9a-f]{3}$/) || !isMap(bases, /^sha256:/)) return undefined
  return Object.values(bases).every(isDigest) ? { steps, args, bases } : undefined
}

type Provenance = {
  readonly materials?: readonly { readonly uri?: string; readonly digest?: { sha256?: string } }[]
}

/** `pkg:docker/python@3.12?platform=linux%2Famd64` */
const imagePattern = /^pkg:docker\/([^?]+)/

const toBases = ({ materials = [] }: Provenance): Readonly<Record<string, string>> => {
  const found = materials.flatMap(({ uri = '', digest }) => {
    const name = imagePattern.exec(uri)?.[1]
    const value = `sha256:${digest?.sha256}`
    return name === undefined || !isDigest(value)
      ? []
      : [[decodeURIComponent(name).replace(/@(?!sha256:)/, ':'), value] as const]
  })
  return Object.fromEntries(found)
}

/** The digests of the images that a build began with, of BuildKit's record of it; empty where that has none. */
export const parseBases = (metadata: unknown): MadeOf['bases'] => {
  const entries = Object.entries((metadata ?? {}) as Readonly<Record<string, unknown>>)
  const [, provenance] = entries.find(([key]) => key.startsWith('buildx.build.provenance')) ?? []
  return attempt(() => toBases((provenance ?? {}) as Provenance)) ?? {}
}
