import { attempt } from '../failure.ts'

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null

const toList = (value: unknown): readonly Fields[] =>
  Array.isArray(value) ? value.filter(isFields) : []

/** A name is a Dockerfile's text, which may be as long as that. */
const longestText = 10_000

/** One line, of what others wrote. */
const toText = (value: unknown): string =>
  typeof value === 'string' ? value.slice(0, longestText).replace(/\p{Cc}+/gu, ' ') : ''

const toBytes = (value: unknown): Buffer =>
  Buffer.from(typeof value === 'string' ? value : '', 'base64')

const toMs = (value: unknown): number | undefined => {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}

const toCount = (value: unknown): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0

const toVertex = (fields: Fields) => ({
  digest: toText(fields['digest']),
  /** Such as `[build 2/3] RUN make`. */
  name: toText(fields['name']),
  /** Whether it is made of what another one made. */
  hasInputs: Array.isArray(fields['inputs']) && fields['inputs'].length > 0,
  /** Undefined where it is only announced. */
  startedMs: toMs(fields['started']),
  completedMs: toMs(fields['completed']),
  isCached: fields['cached'] === true,
  /** Empty for what did not fail. */
  error: toText(fields['error']),
})

const toTransfer = (fields: Fields) => ({
  vertex: toText(fields['vertex']),
  id: toText(fields['id']),
  currentBytes: toCount(fields['current']),
  /** 0 where nobody knows. */
  totalBytes: toCount(fields['total']),
  startedMs: toMs(fields['started']),
  completedMs: toMs(fields['completed']),
  atMs: toMs(fields['timestamp']),
})

const toLog = (fields: Fields) => ({
  vertex: toText(fields['vertex']),
  data: toBytes(fields['data']),
  atMs: toMs(fields['timestamp']),
})

const toWarning = (fields: Fields) => {
  const [range] = toList(fields['range'])
  const start = range?.['start']
  return {
    vertex: toText(fields['vertex']),
    message: toText(toBytes(fields['short']).toString('utf8')),
    /** Counted from 1; undefined where it is about no line. */
    line: (isFields(start) && toCount(start['line'])) || undefined,
  }
}

/** A step, in BuildKit's word. It may begin and end several times. Times are the builder's. */
export type Vertex = Readonly<ReturnType<typeof toVertex>>

/** A part of a vertex that is counted in bytes: a context sent, a layer pulled or exported. */
export type Transfer = Readonly<ReturnType<typeof toTransfer>>

/** What a vertex printed, cut anywhere. */
export type Log = Readonly<ReturnType<typeof toLog>>

/** What a check of BuildKit's says of a Dockerfile. */
export type BuildKitWarning = Readonly<ReturnType<typeof toWarning>>

/** What BuildKit says of a build at one moment: buildx prints it as JSON (`rawjson`), in a line from 0.15 on. */
export type Status = NonNullable<ReturnType<typeof parseStatus>>

/** Whether a record is meant as a status; the rest of what buildx prints is text. */
export const isStatus = (line: Buffer): boolean =>
  /^(?:\{\s*"(?:vertexes|statuses|logs|warnings)":|\{\}\s*$|null\s*$)/.test(
    line.toString('latin1', 0, 16),
  )

/** Undefined where it cannot be read. What is not as BuildKit writes it counts as left out. */
export const parseStatus = (line: Buffer) =>
  attempt(() => {
    const parsed: unknown = JSON.parse(line.toString('utf8'))
    const fields = isFields(parsed) ? parsed : {}
    return {
      vertexes: toList(fields['vertexes']).map(toVertex),
      transfers: toList(fields['statuses']).map(toTransfer),
      logs: toList(fields['logs']).map(toLog),
      warnings: toList(fields['warnings']).map(toWarning),
    }
  })
