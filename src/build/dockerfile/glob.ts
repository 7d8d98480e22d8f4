/**
 * The lengths of a value's beginnings that a shell's pattern fits: `*`, `?`, and `\` before what is
 * meant as it is. All states at once, as going back and forth could take for ever.
 */
const fittingLengths = (pattern: string, value: string): readonly number[] => {
  const tokens = [...pattern.matchAll(/\\([\s\S])|[\s\S]/g)].map(([whole, escaped]) =>
    escaped === undefined ? { text: whole, isPlain: false } : { text: escaped, isPlain: true },
  )
  const isStar = (state: number): boolean => tokens[state]?.text === '*' && !tokens[state]?.isPlain
  const close = (states: Iterable<number>): ReadonlySet<number> => {
    const all = new Set(states)
    // What is added while a set is gone through has its turn, too.
    for (const state of all) if (isStar(state)) all.add(state + 1)
    return all
  }
  let states = close([0])
  const lengths: number[] = []
  for (let length = 0; ; length++) {
    if (states.has(tokens.length)) lengths.push(length)
    const character = value[length]
    if (character === undefined || states.size === 0) return lengths
    states = close(
      [...states].flatMap((state) => {
        const token = tokens[state]
        if (token === undefined) return []
        if (isStar(state)) return [state]
        const fits = (token.text === '?' && !token.isPlain) || token.text === character
        return fits ? [state + 1] : []
      }),
    )
  }
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
