/** What BuildKit says of a build at one moment: buildx prints it as a line of JSON (`rawjson`). */
export type Status = {
  readonly vertexes: readonly Vertex[]
  readonly transfers: readonly Transfer[]
  readonly logs: readonly Log[]
  readonly warnings: readonly BuildKitWarning[]
}

/** A step, in BuildKit's word. It may begin and end several times. Times are the builder's. */
export type Vertex = {
  readonly digest: string
  /** Such as `[build 2/3] RUN make`. */
  readonly name: string
  /** Undefined where it is only announced. */
  readonly startedMs: number | undefined
  readonly completedMs: number | undefined
  readonly isCached: boolean
  /** Empty for what did not fail. */
  readonly error: string
}

/** A part of a vertex that is counted in bytes: a context sent, a layer pulled or exported. */
export type Transfer = {
  readonly vertex: string
  readonly id: string
  readonly currentBytes: number
  /** 0 where nobody knows. */
  readonly totalBytes: number
  readonly startedMs: number | undefined
  readonly completedMs: number | undefined
  readonly atMs: number | undefined
}

/** What a vertex printed, cut anywhere. */
export type Log = {
  readonly vertex: string
  readonly data: Buffer
  readonly atMs: number | undefined
}

/** What a check of BuildKit's says of a Dockerfile. */
export type BuildKitWarning = {
  readonly vertex: string
  readonly message: string
  /** Counted from 1; undefined where it is about no line. */
  readonly line: number | undefined
}

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

const toVertex = (fields: Fields): Vertex => ({
  digest: toText(fields['digest']),
  name: toText(fields['name']),
  startedMs: toMs(fields['started']),
  completedMs: toMs(fields['completed']),
  isCached: fields['cached'] === true,
  error: toText(fields['error']),
})

const toTransfer = (fields: Fields): Transfer => ({
  vertex: toText(fields['vertex']),
  id: toText(fields['id']),
  currentBytes: toCount(fields['current']),
  totalBytes: toCount(fields['total']),
  startedMs: toMs(fields['started']),
  completedMs: toMs(fields['completed']),
  atMs: toMs(fields['timestamp']),
})

const toLog = (fields: Fields): Log => ({
  vertex: toText(fields['vertex']),
  data: toBytes(fields['data']),
  atMs: toMs(fields['timestamp']),
})

const toWarning = (fields: Fields): BuildKitWarning => {
  const [range] = toList(fields['range'])
  const start = range?.['start']
  return {
    vertex: toText(fields['vertex']),
    message: toText(toBytes(fields['short']).toString('utf8')),
    line: (isFields(start) && toCount(start['line'])) || undefined,
  }
}

/** Whether a line is meant as a status; the rest of what buildx prints is text. */
export const isStatus = (line: Buffer): boolean =>
  /^(?:\{"(?:vertexes|statuses|logs|warnings)":|\{\}\s*$|null\s*$)/.test(
    line.toString('latin1', 0, 16),
  )

/** Undefined where it cannot be read. What is not as BuildKit writes it counts as left out. */
export const parseStatus = (line: Buffer): Status | undefined => {
  try {
    const parsed: unknown = JSON.parse(line.toString('utf8'))
    const fields = isFields(parsed) ? parsed : {}
    return {
      vertexes: toList(fields['vertexes']).map(toVertex),
      transfers: toList(fields['statuses']).map(toTransfer),
      logs: toList(fields['logs']).map(toLog),
      warnings: toList(fields['warnings']).map(toWarning),
    }
  } catch {
    return undefined
  }
}
