import { attempt } from '../../failure.ts'
import { isSpace, toRawWords } from './words.ts'

const trimEnd = (text: string, isCut: (character: string) => boolean): string => {
  let end = text.length
  while (end > 0 && isCut(text.charAt(end - 1))) end--
  return text.slice(0, end)
}

const trimStart = (text: string): string => {
  let begin = 0
  while (begin < text.length && isSpace(text.charAt(begin))) begin++
  return text.slice(begin)
}

const trim = (text: string): string => trimStart(trimEnd(text, isSpace))

const isBlankOrComment = (line: string): boolean => /^(?:#|$)/.test(trimStart(line))

/**
 * Cuts a text into words at spaces; quotes hold a word together and what is escaped is no quote.
 *
 * @param isPlain takes quotes and escapes away
 * @param goesOn whether the word that begins at an index is wanted
 */
const cut = (
  text: string,
  escapeSign: string,
  isPlain: boolean,
  goesOn: (at: number) => boolean,
): { readonly words: readonly string[]; readonly rest: string } => {
  const words: string[] = []
  for (let at = 0; ; ) {
    while (at < text.length && isSpace(text.charAt(at))) at++
    if (at >= text.length) return { words, rest: '' }
    if (!goesOn(at)) return { words, rest: text.slice(at) }
    let word = ''
    let quote = ''
    for (; at < text.length && (quote !== '' || !isSpace(text.charAt(at))); at++) {
      const character = text.charAt(at)
      const isQuote = quote === '' ? /["']/.test(character) : character === quote
      if (isQuote) quote = quote === '' ? character : ''
      // In single quotes nothing is escaped, but flags are read more simply.
      else if (character === escapeSign && (isPlain || quote !== "'")) {
        if (!isPlain && at + 1 < text.length) word += character
        word += text.charAt(++at)
        continue
      }
      if (!isQuote || !isPlain) word += character
    }
    if (word === '--' && isPlain) return { words, rest: trimStart(text.slice(at)) }
    words.push(word)
  }
}

/** The words of `ARG`, with the quotes that they have. */
export const toQuotedWords = (text: string, escapeSign: string): readonly string[] =>
  cut(text, escapeSign, false, () => true).words

/**
 * An instruction from its line, in which continued ones are one. Flags, such as `--from=base`, are
 * without the quotes around them; `rest` is what follows them.
 *
 * @param line where it begins, counted from 1
 */
export const toInstruction = (text: string, escapeSign: string, line: number) => {
  const whole = trim(text)
  const end = whole.search(/[\t\v\f\r ]/)
  const keyword = end < 0 ? whole : whole.slice(0, end)
  const after = end < 0 ? '' : whole.slice(end)
  const { words, rest } = cut(after, escapeSign, true, (at) => after.startsWith('--', at))
  return { keyword: keyword.toLowerCase(), flags: words, rest: trim(rest), line }
}

export type Instruction = Readonly<ReturnType<typeof toInstruction>>

const isList = (text: string): boolean => {
  const words: readonly unknown[] | undefined = text.startsWith('[')
    ? attempt(() => JSON.parse(text))
    : undefined
  return words?.every((word) => typeof word === 'string') ?? false
}

const mayHaveHeredocs = (instruction: Instruction, escapeSign: string): boolean => {
  const { keyword, rest } =
    instruction.keyword === 'onbuild' ? toInstruction(instruction.rest, escapeSign, 0) : instruction
  return /^(?:add|copy|run)$/.test(keyword) && !isList(rest)
}

type Heredoc = { readonly end: string; readonly isIndented: boolean }

const findHeredocs = (text: string): readonly Heredoc[] =>
  toRawWords(text).flatMap((word) => {
    const [, dash, rest = ''] = /^\d*<<(-?)([^<]*)$/.exec(word) ?? []
    // What ends it has no quotes around it, whether or not its name has.
    const names = cut(rest, '\\', true, () => true).words
    return names.length === 1 && names[0] ? [{ end: names[0], isIndented: dash === '-' }] : []
  })

/** Where the heredocs end that begin at an index; undefined where one does not end. */
const skipHeredocs = (
  heredocs: readonly Heredoc[],
  lines: readonly string[],
  begin: number,
): number | undefined => {
  let at = begin
  for (const { end, isIndented } of heredocs) {
    const isEnd = (line: string): boolean => (isIndented ? line.replace(/^\t+/, '') : line) === end
    while (at < lines.length && !isEnd(lines[at] ?? '')) at++
    if (at++ >= lines.length) return undefined
  }
  return at
}

/** `# escape=...` and others stand at the very beginning. */
const findEscape = (lines: readonly string[]): string => {
  for (const line of lines) {
    const [, key = '', value] =
      /^#\s*([a-z][a-z0-9]*)\s*=\s*(\S.*?)\s*$/i.exec(trimStart(line).slice(0, 200)) ?? []
    if (!/^(?:syntax|escape|check)$/i.test(key)) break
    if (key.toLowerCase() === 'escape') return value === '`' ? '`' : '\\'
  }
  return '\\'
}

/** A line without the sign that it goes on, and whether it does. */
const splitContinued = (line: string, escapeSign: string): readonly [string, boolean] => {
  const text = trimEnd(line, (character) => character === ' ' || character === '\t')
  const goesOn = text.endsWith(escapeSign) && text.at(-2) !== escapeSign
  return goesOn ? [text.slice(0, -1), true] : [line, false]
}

/**
 * Reads a Dockerfile's instructions as BuildKit's own parser does: a test compares what both make of
 * odd files. Never fails: what is none is left for BuildKit to say.
 */
export const parseInstructions = (dockerfile: string) => {
  const lines = dockerfile
    .replace(/^\ufeff/, '')
    .split('\n')
    .map((line) => trimEnd(line, (character) => character === '\r'))
  const escapeSign = findEscape(lines)
  const instructions: Instruction[] = []
  let hasHeredocs = true
  for (let at = 0; at < lines.length; ) {
    const first = trimStart(lines[at++] ?? '')
    if (isBlankOrComment(first)) continue
    const line = at
    let [text, goesOn] = splitContinued(first, escapeSign)
    while (goesOn && at < lines.length) {
      const next = lines[at++] ?? ''
      if (isBlankOrComment(next)) continue
      const [more, further] = splitContinued(next, escapeSign)
      text += more
      goesOn = further
    }
    const instruction = toInstruction(text, escapeSign, line)
    if (instruction.keyword !== '') instructions.push(instruction)
    if (!hasHeredocs || !text.includes('<<') || !mayHaveHeredocs(instruction, escapeSign)) continue
    const end = skipHeredocs(findHeredocs(text), lines, at)
    // BuildKit refuses what does not end, or is too old to know any of them.
    if (end === undefined) hasHeredocs = false
    else at = end
  }
  return { escapeSign, instructions }
}
