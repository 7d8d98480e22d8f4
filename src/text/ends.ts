/** Lines of which the first and the last stay, so that there may be any number. */
export type Ends = {
  readonly push: (line: string) => void
  readonly lines: () => readonly string[]
}

/** What a line takes beside its characters. */
const lineOverhead = 32

/** @param most characters of the beginning, and at least as many of the end */
export const createEnds = (most: number): Ends => {
  const head: string[] = []
  let before: string[] = []
  let tail = head
  let size = 0
  let leftOut = 0
  return {
    push: (line) => {
      size += line.length + lineOverhead
      if (size > most) {
        size = line.length + lineOverhead
        if (tail !== head) {
          leftOut += before.length
          before = tail
        }
        tail = []
      }
      tail.push(line)
    },
    lines: () => {
      const gap = leftOut > 0 ? [`(${leftOut} lines left out)`] : []
      return [...head, ...gap, ...before, ...(tail === head ? [] : tail)]
    },
  }
}
