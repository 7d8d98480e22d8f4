import { statSync } from 'node:fs'
import { dirname } from 'node:path'

/** One `--name VALUE`, or `--name` alone where there is no hint. */
export type Flag<T> = {
  readonly hint: string | undefined
  readonly help: string
  readonly fallback: T
  /** @throws {Error} saying what a value must be */
  readonly parse: (text: string) => T
}

// biome-ignore lint/suspicious/noExplicitAny: flags of all types in one record
export type Flags = Readonly<Record<string, Flag<any>>>

export type ValuesOf<F extends Flags> = {
  readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never
}

export const count = (fallback: number, help: string): Flag<number> => ({
  hint: 'N',
  help: `${help} (${fallback})`,
  fallback,
  parse: (text) => {
    const value = Number(text)
    if (/^[0-9]+$/.test(text) && value >= 1 && Number.isSafeInteger(value)) return value
    throw new Error('must be a whole number, 1 or more')
  },
})

/** One whose default depends on other flags. */
export const ownCount = (help: string): Flag<number | undefined> => ({
  ...count(1, help),
  help,
  fallback: undefined,
})

/** Off unless it is given; takes no value. */
export const toggle = (help: string): Flag<boolean> => ({
  hint: undefined,
  help,
  fallback: false,
  parse: () => true,
})

export const file = (help: string): Flag<string | undefined> => ({
  hint: 'FILE',
  help,
  fallback: undefined,
  parse: (text) => {
    // Told now, not after minutes of measuring.
    const folder = dirname(text)
    if (text === '' || !statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
      throw new Error('must be the name of a file in a folder that is there')
    }
    return text
  },
})

/** A comma-separated choice; all of them when the flag is not given. */
export const choice = (known: readonly string[], help: string): Flag<readonly string[]> => ({
  hint: 'NAME,...',
  help: `${help}: ${known.join(', ')}`,
  fallback: known,
  parse: (text) => {
    const words = text.split(',')
    const unknown = words.filter((word) => !known.includes(word))
    if (unknown.length === 0) return known.filter((word) => words.includes(word))
    throw new Error(`does not know '${unknown.join("', '")}'; there are ${known.join(', ')}`)
  },
})

type Parsed<F extends Flags> = {
  readonly values: ValuesOf<F>
  readonly problems: readonly string[]
}

/** Reads `--name VALUE` and `--name=VALUE`, and goes on after a problem to tell of all. */
export const parseFlags = <F extends Flags>(flags: F, args: readonly string[]): Parsed<F> => {
  const entries = Object.entries(flags).map(([name, { fallback }]) => [name, fallback])
  const values: Record<string, unknown> = Object.fromEntries(entries)
  const problems: string[] = []
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? ''
    const [, name = '', inline] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? []
    const flag = Object.hasOwn(flags, name) ? flags[name] : undefined
    if (flag === undefined) {
      problems.push(`there is no flag '${word}'`)
      continue
    }
    const takesValue = flag.hint !== undefined
    if (!takesValue && inline !== undefined) {
      problems.push(`--${name} '${inline}': takes no value`)
      continue
    }
    if (takesValue && inline === undefined) index += 1
    const text = takesValue ? (inline ?? args[index]) : ''
    if (text === undefined) {
      problems.push(`--${name}: needs a value (${flag.hint})`)
      continue
    }
    try {
      values[name] = flag.parse(text)
    } catch (error) {
      problems.push(`--${name} '${text}': ${(error as Error).message}`)
    }
  }
  return { values: values as ValuesOf<F>, problems }
}

export const renderFlags = (flags: Flags): string => {
  const rows = Object.entries(flags).map(
    ([name, { hint, help }]) => [[`--${name}`, hint ?? []].flat().join(' '), help] as const,
  )
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, help]) => `  ${left.padEnd(width)}  ${help}\n`).join('')
}
