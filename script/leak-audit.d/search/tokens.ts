import { createScanner, type Scanner } from '../../../__tests__/support/leak-scanner.ts'
import { formsOf } from '../../../__tests__/support/leaks.ts'

/** By which forms each way's token is recognized. */
export type Tokens = {
  readonly scanner: Scanner
  /** Whose token a form is of. */
  readonly waysOf: (forms: readonly string[]) => readonly string[]
  /** The ways whose token is in a text. */
  readonly waysIn: (text: string) => readonly string[]
}

export const toTokens = (byWay: ReadonlyMap<string, readonly string[]>): Tokens => {
  const wayOf = new Map(
    [...byWay].flatMap(([way, tokens]) =>
      tokens.flatMap(formsOf).map((form): [string, string] => [form, way]),
    ),
  )
  const scanner = createScanner([...wayOf.keys()])
  const waysOf: Tokens['waysOf'] = (forms) => [
    ...new Set(forms.flatMap((form) => wayOf.get(form) ?? [])),
  ]
  return { scanner, waysOf, waysIn: (text) => waysOf(scanner.inBytes(Buffer.from(text, 'latin1'))) }
}
