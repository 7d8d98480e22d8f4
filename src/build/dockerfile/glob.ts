/**
 * The lengths of a value's beginnings that a shell's pattern fits: `*`, `?`, and `\` before what is
 * meant as it is. All lengths at once, as going back and forth could take for ever.
 */
const fittingLengths = (pattern: string, value: string): readonly number[] => {
  let fits: readonly boolean[] = Array.from({ length: value.length + 1 }, (_, at) => at === 0)
  for (const [token, escaped] of pattern.matchAll(/\\([\s\S])|[\s\S]/g)) {
    const before = fits
    let isOpen = false
    fits = before.map((isFit, at) => {
      if (token !== '*') {
        const isSame = token === '?' || value[at - 1] === (escaped ?? token)
        return at > 0 && isSame && before[at - 1] === true
      }
      isOpen ||= isFit
      return isOpen
    })
  }
  return fits.flatMap((isFit, length) => (isFit ? [length] : []))
}

/** `${value#pattern}`: without the shortest beginning that fits, or the longest. */
export const trimPrefix = (pattern: string, value: string, isGreedy: boolean): string => {
  const lengths = fittingLengths(pattern, value)
  return value.slice((isGreedy ? lengths.at(-1) : lengths[0]) ?? 0)
}

const reverse = (text: string): string => [...text].reverse().join('')

/** `${value%pattern}`: without the shortest end that fits, or the longest. */
export const trimSuffix = (pattern: string, value: string, isGreedy: boolean): string => {
  const tokens = pattern.match(/\\[\s\S]|[\s\S]/g) ?? []
  return reverse(trimPrefix(tokens.toReversed().join(''), reverse(value), isGreedy))
}
