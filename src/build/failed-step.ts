/** What BuildKit says of the step that failed, at the end of its plain log. */
export type FailedStep = {
  /** As the Dockerfile has it, such as `RUN make`. */
  readonly instruction: string
  /** What the step printed, lowest first, without BuildKit's marks. */
  readonly output: readonly string[]
}

/** The Dockerfile's line, counted from 1, and its name without a folder. */
export type FailedPlace = { readonly file: string; readonly line: number }

/** ` > [worker build 2/3] RUN make:`, above the last lines of its output. */
const headerPattern = /^ > (?:\[[^\]]*\] )?(.*):$/

/** `#12 0.52 text`, as the step's own lines come; `#12 ERROR: ...` is BuildKit's. */
const ownLine = /^#(\d+) \d+\.\d+ (.*)$/

const errorLine = /^#(\d+) ERROR: /

/** Of a step that runs beside others, all lines that it printed; BuildKit repeats only the last. */
const findOutput = (log: readonly string[]): readonly string[] => {
  const number = log.map((line) => errorLine.exec(line)?.[1]).find((found) => found !== undefined)
  return log.flatMap((line) => {
    const [, of, text = ''] = ownLine.exec(line) ?? []
    return of !== undefined && of === number ? [text] : []
  })
}

/** Finds the step that failed; undefined where none was run, as with a mistake in the Dockerfile. */
export const findFailedStep = (log: readonly string[]): FailedStep | undefined => {
  const header = log.findLast((line) => headerPattern.test(line))
  const instruction = headerPattern.exec(header ?? '')?.[1]
  if (instruction === undefined || instruction.startsWith('[internal]')) return undefined
  return { instruction, output: findOutput(log) }
}

const rule = '--------------------'

/** `worker.Dockerfile:3`, above the lines that BuildKit quotes between two rules. */
export const findFailedPlace = (log: readonly string[]): FailedPlace | undefined => {
  const end = log.lastIndexOf(rule)
  const start = end > 0 ? log.lastIndexOf(rule, end - 1) : -1
  const above = start > 0 ? (log[start - 1] ?? '') : ''
  const colon = above.lastIndexOf(':')
  const [file, line] = [above.slice(0, colon), above.slice(colon + 1)]
  if (colon < 1 || !/^\d{1,7}$/.test(line)) return undefined
  // The name may hold the line of the file's first stage; the quoted lines say which it is.
  const marked = log.slice(start, end).find((text) => /^ *\d+ \| >>>/.test(text))
  return { file, line: Number(marked?.trim().split(' ', 1)[0] ?? line) }
}

/** Words with which programs begin what went wrong, most telling first. */
const tellingWords = [
  // A compiler, with its place: `src/a.c:1:2: error: ...`, `a.ts(3,4): error TS1: ...`.
  /^\S{1,200}[:(]\d+\S{0,20}: (fatal )?error\b/i,
  /(^|\s)(fatal )?error(\[\w{1,20}\])?: /i,
  // An exception's name, mostly the last line of its trace.
  /^(Uncaught )?[\w.]{0,100}(Error|Exception|Panic)\b(: |$)/,
  /^(E: |ERR!|npm (error|ERR!) |fatal: |panic: |ERROR\b|Err:)/,
  // Go and others have the place alone.
  /^\S{1,200}:\d+:\d+: /,
  /\b(no such file or directory|not found|permission denied|cannot |could not |failed|denied)\b/i,
]

/** Programs that only pass on that another one failed. */
const isPassedOn = (line: string): boolean =>
  /^(g?make(\[\d+\])?: \*\*\*|ninja: build stopped|npm (error|ERR!) (code|path|command|A complete log)|error: could not compile|The command .* returned)/i.test(
    line,
  )

/** Longer lines are data that a program dumped, and patterns need not go through all of them. */
const longestTold = 500

/** The line that says what went wrong: the first of the most telling kind, else the last one. */
export const findCause = (output: readonly string[]): string | undefined => {
  const lines = output
    .map((line) => line.slice(0, longestTold).trim())
    .filter((line) => line !== '')
  const own = lines.filter((line) => !isPassedOn(line))
  for (const pattern of tellingWords) {
    const found = own.find((line) => pattern.test(line))
    if (found !== undefined) return found
  }
  return own.at(-1) ?? lines.at(-1)
}
