import leven, { closestMatch } from 'leven'

/** Two slips, and fewer in short words, which would all resemble each other. */
const slipsIn = (letters: number): number => Math.min(2, Math.floor(letters / 3))

/** Whether one word may be a slip of the pen for the other. */
export const isMisspelt = (a: string, b: string): boolean =>
  leven(a, b) <= slipsIn(Math.min(a.length, b.length))

/** The word that was probably meant, of those that are known; undefined where none is near. */
export const findNearestWord = (word: string, known: readonly string[]): string | undefined =>
  closestMatch(word, [...known], { maxDistance: Math.max(1, slipsIn(word.length)) })
