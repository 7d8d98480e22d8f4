/**
 * Whether a text is like a pattern, in which each row of `*` stands for any text and `?` for one sign. Takes
 * at most the product of their lengths.
 */
export const isLike = (text: string, pattern: string): boolean => {
  let [at, to] = [0, 0]
  /** Of the last star, and of what it has taken so far. */
  let [star, taken] = [-1, 0]
  while (at < text.length) {
    if (pattern[to] === '*') {
      star = to
      taken = at
      to += 1
    } else if (to < pattern.length && (pattern[to] === '?' || pattern[to] === text[at])) {
      at += 1
      to += 1
    } else if (star >= 0) {
      to = star + 1
      taken += 1
      at = taken
    } else return false
  }
  while (pattern[to] === '*') to += 1
  return to === pattern.length
}
