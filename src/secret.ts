import { inspect } from 'node:util'

const redacted = '***'

/**
 * A value that must not be seen. Everything that would print it prints `***`; whoever needs the
 * value says so by calling `expose()`, which makes the places easy to find.
 */
export class Secret {
  readonly #value: string
  readonly #encoding: BufferEncoding

  /** @param encoding `latin1` for bytes that need not be text */
  constructor(value: string, encoding: BufferEncoding = 'utf8') {
    this.#value = value
    this.#encoding = encoding
  }

  expose(): string {
    return this.#value
  }

  /** What a build is given, byte for byte. */
  exposeBytes(): Buffer {
    return Buffer.from(this.#value, this.#encoding)
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
