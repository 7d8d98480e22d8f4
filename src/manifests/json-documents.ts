import { attempt } from '../failure.ts'

/** A part of a file, and where it begins. */
export type JsonDocument = { readonly text: string; readonly offset: number }

/** Where the objects of a file that holds several end: outside of strings, where all braces are closed. */
const findEnds = (text: string): readonly number[] => {
  const ends: number[] = []
  let depth = 0
  let isString = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (isString) {
      if (character === '\\') at += 1
      else if (character === '"') isString = false
    } else if (character === '"') isString = true
    else if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') {
      depth -= 1
      if (depth === 0) ends.push(at + 1)
    }
  }
  return ends
}

/** The objects of a file of JSON, one after another as kubectl takes them. */
export const splitJson = (text: string): readonly JsonDocument[] => {
  const ends = findEnds(text)
  const starts = [0, ...ends]
  return [...ends, text.length].flatMap((end, index) => {
    const offset = starts[index] ?? 0
    const part = text.slice(offset, end)
    return part.trim() === '' ? [] : [{ text: part, offset }]
  })
}

/** Whether a beginning of JSON is wrong before its end. */
const isWrongWithin = (text: string): boolean => {
  try {
    JSON.parse(text)
    return false
  } catch (error) {
    const [, position] = / at position (\d+)/.exec(String(error)) ?? []
    if (position !== undefined) return Number(position) < text.length
    return !String(error).includes('end of JSON input')
  }
}

/**
 * Where JSON stops being JSON, as an offset; undefined where it is. kubectl takes no more than that. Node.js does
 * not always say where, so ever smaller parts are looked at.
 */
export const findJsonError = ({ text, offset }: JsonDocument): number | undefined => {
  if (!isWrongWithin(text) && attempt(() => JSON.parse(text)) !== undefined) return undefined
  let [right, wrong] = [0, text.length]
  while (wrong - right > 1) {
    const middle = (right + wrong) >> 1
    if (isWrongWithin(text.slice(0, middle))) wrong = middle
    else right = middle
  }
  return offset + wrong - 1
}
