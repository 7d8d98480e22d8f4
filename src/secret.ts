import { inspect } from 'node:util'

const redacted = '***'

/**
 * A value that must not be seen. Everything that would print it prints `***`; whoever needs the
 * value says so by calling `expose()`, which makes the places easy to find.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  expose(): string {
    return this.#value
  }

  toString(): string {
    return redacted
  }

  toJSON(): string {
    return redacted
  }

  [inspect.custom](): string {
    return redacted
  }
}
