import type { SourceLocation } from '../failure.ts'
import type { BuildEvent } from './event.ts'

/**
 * The step that failed, as the Dockerfile has it, such as `RUN make`, and what it printed. Undefined
 * where none was run, as with a mistake in the Dockerfile.
 */
export const findFailedStep = (log: readonly BuildEvent[]) => {
  const failed = log.findLast((event) => event.kind === 'ended' && event.how === 'failed')
  if (failed?.kind !== 'ended' || failed.step.name.startsWith('[internal]')) return undefined
  const { step } = failed
  const output = log.flatMap((event) =>
    event.kind === 'output' && event.step === step ? [event.text] : [],
  )
  return { instruction: step.name.replace(/^\[[^\]]*\] /, ''), output }
}

const rule = '--------------------'

/**
 * `worker.Dockerfile:3`, above the lines that buildx quotes between two rules; no event has it. The
 * file's name is without a folder.
 */
export const findFailedPlace = (log: readonly string[]): SourceLocation | undefined => {
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
