import type { Run } from './runner/types.ts'

/** What differs from run to run, and what stands for it. The first that fits counts. */
const patterns: readonly (readonly [pattern: RegExp, word: string])[] = [
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'],
  [/\d\d:\d\d(?::\d\d)?(?= UTC)/g, 'TIME'],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UUID'],
  [/\bsha-[0-9a-f]{12}\b/g, 'sha-ID'],
  [/\b(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{16}|[0-9a-f]{12})\b/g, 'ID'],
  [/\bprocess \d+/g, 'process PID'],
  [/\b\d+(?:\.\d+)? (?:B|kB|MB|GB|TB)\b/g, 'SIZE'],
  [/\b(?:\d+ min )?\d+(?:\.\d+)? (?:ms|s|min)\b/g, 'DURATION'],
]

const normalise = (text: string, names: Readonly<Record<string, string>>): string => {
  // A longer name may begin with a shorter one.
  const known = Object.entries(names).toSorted(([a], [b]) => b.length - a.length)
  const named = known.reduce((all, [name, word]) => all.replaceAll(name, word), text)
  const plain = patterns.reduce((all, [pattern, word]) => all.replace(pattern, word), named)
  // Columns are as wide as what was in them.
  return plain.replace(/ +(?=\|)/g, ' ').replace(/-{3,}(?=[ |])/g, '---')
}

/**
 * All that people see of a step: its log, annotations and summary, as a text that is the same in each run
 * and on each machine.
 *
 * @param names that are made up for this run, with the words that stand for them
 */
export const toTranscript = (run: Run, names: Readonly<Record<string, string>> = {}): string => {
  const annotations = run.annotations.map(
    ({ level, phase, message, props }) =>
      `${level} (${phase}) ${JSON.stringify(props)}: ${message}`,
  )
  const parts = [
    ['log', run.log],
    ['annotations', annotations.join('\n')],
    ['summary', run.summary],
  ]
  const text = parts.map(([title, part = '']) => `===== ${title}\n${part.trimEnd()}\n`).join('\n')
  return normalise(text, { ...names, [run.files.root]: 'RUNNER', [process.cwd()]: 'PROJECT' })
}
