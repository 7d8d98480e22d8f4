import { stripVTControlCharacters } from 'node:util'
import type { SourceLocation } from '../../failure.ts'
import type { Log } from '../../host/log.ts'
import { toHarmless } from '../../host/log-fence.ts'
import { createBars } from './bars.ts'

/** Where a command writes: what it was asked for goes to `out`, what happens meanwhile to `err`. */
export type Screen = Log & {
  /** For people; nothing where a program wants JSON. */
  readonly out: (text: string) => void
  /** For programs; nothing where nobody asked for it. */
  readonly json: (value: unknown) => void
  /** Hides a value in all that is written from now on. */
  readonly mask: (value: string) => void
  readonly fail: (message: string) => void
}

type Stream = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>

export type ScreenOptions = {
  readonly out: Stream
  readonly err: Stream
  readonly env: Readonly<Record<string, string | undefined>>
  readonly isQuiet: boolean
  readonly isJson: boolean
  readonly isVerbose: boolean
}

const colors = { ERROR: 31, WARNING: 33 } as const

/** What others print may not move the cursor, ring, or change the title of the terminal. */
const toPlain = (text: string): string =>
  stripVTControlCharacters(text)
    .replace(/\r\n?/g, '\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')

/** Longer ones first: one may be the beginning of another. */
const createMasks = () => {
  const values = new Set<string>()
  const toForms = (value: string): readonly string[] => [value, JSON.stringify(value).slice(1, -1)]
  return {
    add: (value: string): void => {
      if (value.trim() !== '') for (const form of toForms(value)) values.add(form)
    },
    apply: (text: string): string =>
      [...values]
        .sort((a, b) => b.length - a.length)
        .reduce((masked, value) => masked.replaceAll(value, '***'), text),
  }
}

/** Strings and keys alone: a secret may look like a part of a number. */
const toMaskedJson = (value: unknown, mask: (text: string) => string): string => {
  const replace = (_key: string, each: unknown): unknown => {
    if (typeof each === 'string') return mask(each)
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each
    return Object.fromEntries(Object.entries(each).map(([key, held]) => [mask(key), held]))
  }
  return JSON.stringify(value, replace, 2)
}

export const createScreen = ({
  out,
  err,
  env,
  isQuiet,
  isJson,
  isVerbose,
}: ScreenOptions): Screen => {
  const masks = createMasks()
  // A `run:` step's output is read for commands, whoever wrote it.
  const isRead = env['GITHUB_ACTIONS'] === 'true'
  const toSafe = (text: string): string => {
    const plain = masks.apply(toPlain(text))
    return isRead ? toHarmless(plain) : plain
  }
  const isTerminal = err.isTTY === true && env['TERM'] !== 'dumb'
  const hasColor = isTerminal && !env['NO_COLOR']
  const bars = isTerminal
    ? createBars({ write: (text) => err.write(text), columns: () => err.columns || 80 })
    : undefined
  const write = (text: string): void => {
    if (bars === undefined) err.write(`${text}\n`)
    else bars.around(() => err.write(`${text}\n`))
  }
  const line = (text: string): void => {
    if (!isQuiet) write(toSafe(text))
  }
  const tell = (level: keyof typeof colors, message: string, location?: SourceLocation): void => {
    const head = hasColor ? `\u001b[${colors[level]}m${level}\u001b[0m` : level
    const at = location === undefined ? '' : `${location.file}:${location.line}: `
    if (!isQuiet) write(`${head}: ${toSafe(at + message)}`)
  }
  const warning: Log['warning'] = (message, location) => tell('WARNING', message, location)
  const error: Log['error'] = (message, location) => tell('ERROR', message, location)
  return {
    line,
    warning,
    error,
    debug: (text) => {
      if (isVerbose) line(text)
    },
    warnings: async (all) => {
      for (const { message, location } of all) warning(message, location)
    },
    fenced: (body) => body(line),
    group: (title, lines) => {
      line(title)
      for (const each of lines) line(each === '' ? '' : `  ${each}`)
    },
    ...(bars !== undefined && !isQuiet && { bar: { show: bars.show, clear: bars.clear } }),
    out: (text) => {
      if (!isJson) out.write(`${toSafe(text)}\n`)
    },
    json: (value) => {
      if (!isJson) return
      const text = toMaskedJson(value, masks.apply)
      // Within a string, where alone such signs can stand, it means the same. No line of JSON begins with colons.
      out.write(`${isRead ? text.replaceAll('##[', '##\\u005b') : text}\n`)
    },
    mask: masks.add,
    fail: error,
  }
}
