import { attempt } from '../../failure.ts'
import { trimPrefix, trimSuffix } from './glob.ts'

/** Values of variables; undefined for those that are not set. */
export type Lookup = (name: string) => string | undefined

/** Longer text is no name of an image: nobody writes it, and nested defaults could double for ever. */
const longest = 8_192

type Found = { readonly text: string; readonly words: readonly string[] }

type Options = {
  /** `\`, or what the Dockerfile's escapeSign directive says. */
  readonly escapeSign: string
  readonly lookup: Lookup
  /** Quotes and escapes stay, as do variables that are not set: what a shell is to read later. */
  readonly isRaw: boolean
}

/** A space as Go has it, which is not JavaScript's. */
const space = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/

export const isSpace = (character: string): boolean => space.test(character)

const name = /\p{Nd}+|[@*#?$!-]|[\p{L}_][\p{L}\p{Nd}_]*/uy

/** Collects characters into words, as BuildKit does: quotes hold them together. */
const createWords = () => {
  const words: string[] = []
  let word = ''
  const end = (): void => {
    if (word === '') return
    words.push(word)
    word = ''
  }
  const addRaw = (text: string): void => {
    word += text
  }
  const add = (text: string): void => {
    for (const character of text) {
      if (isSpace(character)) end()
      else addRaw(character)
    }
  }
  return { words, end, add, addRaw }
}

/** One pass over a text, by the rules of BuildKit's shell lexer. */
const readText = (source: string, { escapeSign, lookup, isRaw }: Options) => {
  let at = 0
  const take = (): string => source[at++] ?? ''

  const takeName = (): string => {
    name.lastIndex = at
    const [found = ''] = name.exec(source) ?? []
    at += found.length
    return found
  }

  const takeSingle = (): string => {
    const end = source.indexOf("'", at + 1)
    if (end < 0) throw new Error('a quote that does not end')
    const text = source.slice(at, end + 1)
    at = end + 1
    return isRaw ? text : text.slice(1, -1)
  }

  const takeDouble = (keepsEscapes: boolean): string => {
    let text = isRaw ? take() : take() && ''
    while (at < source.length) {
      const character = source[at]
      if (character === '"') return isRaw ? text + take() : take() && text
      if (character === '$') text += takeDollar()
      else if (character !== escapeSign) text += take()
      else {
        take()
        const next = source[at] ?? ''
        const isEscape = next === '"' || next === '$' || next === escapeSign
        if (keepsEscapes || (!isEscape && next !== '')) text += escapeSign
        if (isEscape) text += take()
      }
    }
    throw new Error('a quote that does not end')
  }

  /** Nobody names an image by a replacement, so it is only read over. */
  const skipReplacement = (): void => {
    if (source[at] === '/') take()
    takeUntil('/', true)
    takeUntil('}', true)
    if (!isRaw) throw new Error('a replacement')
  }

  const pick = (key: string, sign: string, ifEmpty: boolean, word: string): string => {
    const value = lookup(key)
    const isSet = value !== undefined && !(ifEmpty && value === '')
    if (sign === '-') return isSet ? value : word
    if (sign === '+') return isSet ? word : ''
    if (sign === '?') {
      if (isSet) return value
      throw new Error(`${key} is not set`)
    }
    if (ifEmpty) throw new Error('a modifier that there is not')
    const isGreedy = word.startsWith(sign)
    const trim = sign === '#' ? trimPrefix : trimSuffix
    return trim(isGreedy ? word.slice(1) : word, value ?? '', isGreedy)
  }

  const takeDollar = (): string => {
    take()
    if (source[at] !== '{') {
      const key = takeName()
      if (key === '') return '$'
      return lookup(key) ?? (isRaw ? `$${key}` : '')
    }
    take()
    if (at >= source.length || /[{}:]/.test(source[at] ?? '')) throw new Error('bad substitution')
    const key = takeName()
    const begin = at
    const sign = take()
    if (sign === '}') return lookup(key) ?? (isRaw ? `\${${key}}` : '')
    if (sign === '/') {
      skipReplacement()
      return source.slice(begin, at)
    }
    const ifEmpty = sign === ':'
    const modifier = ifEmpty ? take() : sign
    if (!'+-?#%'.includes(modifier) || modifier === '') throw new Error('bad substitution')
    const word = takeUntil('}', modifier === '#' || modifier === '%').text
    if (isRaw && lookup(key) === undefined) return `\${${key}${source.slice(begin, at)}`
    return pick(key, modifier, ifEmpty, word)
  }

  /** `<<` and the spaces behind it belong to the word that ends a heredoc. */
  const takeLess = (): string => {
    take()
    if (source[at] !== '<') return '<'
    take()
    let text = '<<'
    while (/[ \t\r\n]/.test(source[at] ?? '')) text += take()
    return text
  }

  const takeUntil = (stop: string, keepsEscapes: boolean): Found => {
    const { words, end, add, addRaw } = createWords()
    let text = ''
    const keep = (part: string, into: (part: string) => void): void => {
      into(part)
      text += part
      if (text.length > longest && !isRaw) throw new Error('too long')
    }
    while (at < source.length) {
      const character = source[at] ?? ''
      if (character === stop) {
        take()
        end()
        return { text, words }
      }
      if (character === '$') keep(takeDollar(), add)
      else if (character === '<') keep(takeLess(), addRaw)
      else if (character === "'") keep(takeSingle(), addRaw)
      else if (character === '"') keep(takeDouble(keepsEscapes), addRaw)
      else if (character !== escapeSign) keep(take(), add)
      else {
        take()
        if (keepsEscapes) keep(escapeSign, addRaw)
        keep(take(), addRaw)
      }
    }
    if (stop !== '') throw new Error(`no ${stop}`)
    end()
    return { text, words }
  }

  return takeUntil('', isRaw)
}

/** Text with variables put in and quotes taken away; undefined where BuildKit would refuse it. */
export const expand = (source: string, escapeSign: string, lookup: Lookup): string | undefined =>
  source.length > longest
    ? undefined
    : attempt(() => readText(source, { escapeSign, lookup, isRaw: false }).text)

/** The words of a line as a shell would get them; none where a quote does not end. */
export const toRawWords = (source: string): readonly string[] =>
  attempt(() => readText(source, { escapeSign: '\\', lookup: () => undefined, isRaw: true }))
    ?.words ?? []
