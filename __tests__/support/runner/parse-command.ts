/**
 * The two command parsers, after ActionCommand.cs of
 * https://github.com/actions/runner: same order of steps, same odd corners.
 */
export interface ParsedCommand {
  readonly name: string
  readonly props: Record<string, string>
  readonly data: string
  readonly form: 'v1' | 'v2'
}

const KEY = '::'
const PREFIX = '##['

type Mapping = readonly (readonly [escaped: string, plain: string])[]
// Order matters: %25 last, so that %2525 becomes %25 and no further.
const V1_ESCAPES: Mapping = [
  ['%3B', ';'],
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%5D', ']'],
  ['%25', '%'],
]
const V2_DATA_ESCAPES: Mapping = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%25', '%'],
]
const V2_PROPERTY_ESCAPES: Mapping = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%3A', ':'],
  ['%2C', ','],
  ['%25', '%'],
]

function unescapeWith(text: string, mapping: Mapping): string {
  return mapping.reduce((result, [escaped, plain]) => result.replaceAll(escaped, plain), text)
}

/** .NET's Split('=', 2, RemoveEmptyEntries): leading `=` of either half vanish. */
function splitPair(text: string): readonly [string, string] | undefined {
  const match = /^=*([^=]+)=+(.+)$/s.exec(text)
  const [, key, value] = match ?? []
  return key === undefined || value === undefined ? undefined : [key, value]
}

/** Property names are case-insensitive; the first spelling stays, the last value wins. */
function parseProps(text: string, separator: string, mapping: Mapping): Record<string, string> {
  const props: Record<string, string> = {}
  for (const part of text.split(separator)) {
    const pair = splitPair(part)
    if (pair === undefined) continue
    const known = Object.keys(props).find((key) => key.toLowerCase() === pair[0].toLowerCase())
    props[known ?? pair[0]] = unescapeWith(pair[1], mapping)
  }
  return props
}

function splitInfo(info: string): readonly [name: string, rest: string] {
  const space = info.indexOf(' ')
  return space < 0 ? [info, ''] : [info.slice(0, space), info.slice(space + 1)]
}

/** .NET's idea of white space: U+0085 belongs to it, the byte order mark does not. */
function trimStart(text: string): string {
  return text.replace(/^(?:(?!\ufeff)[\s\u0085])+/, '')
}

/** `::name key=value,key=value::data` at the start of a line, after white space. */
export function parseV2(
  line: string,
  isRegistered: (name: string) => boolean,
): ParsedCommand | undefined {
  const message = trimStart(line)
  if (!message.startsWith(KEY)) return undefined
  const end = message.indexOf(KEY, KEY.length)
  if (end < 0) return undefined
  const [name, rest] = splitInfo(message.slice(KEY.length, end))
  if (!isRegistered(name)) return undefined
  return {
    name,
    props: parseProps(rest.trim(), ',', V2_PROPERTY_ESCAPES),
    data: unescapeWith(message.slice(end + KEY.length), V2_DATA_ESCAPES),
    form: 'v2',
  }
}

/** `##[name key=value;key=value]data` anywhere in a line; only the first `##[` counts. */
export function parseV1(
  line: string,
  isRegistered: (name: string) => boolean,
): ParsedCommand | undefined {
  const start = line.indexOf(PREFIX)
  if (start < 0) return undefined
  const end = line.indexOf(']', start)
  if (end < 0) return undefined
  const [name, rest] = splitInfo(line.slice(start + PREFIX.length, end))
  if (!isRegistered(name)) return undefined
  return {
    name,
    props: parseProps(rest, ';', V1_ESCAPES),
    data: unescapeWith(line.slice(end + 1), V1_ESCAPES),
    form: 'v1',
  }
}
