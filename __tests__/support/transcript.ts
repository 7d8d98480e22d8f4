import type { Run } from './runner/types.ts'

/** What differs from run to run, and what stands for it. The first that fits counts. */
const patterns: readonly (readonly [pattern: RegExp, word: string])[] = [
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'],
  [/\d\d:\d\d(?::\d\d)?(?= UTC)/g, 'TIME'],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UUID'],
  [/\bsha-[0-9a-f]{12}\b/g, 'sha-ID'],
  [/\b(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{16}|[0-9a-f]{12})\b/g, 'ID'],
  [/\bprocess \d+/g, 'process PID'],
  [/\b\d+(?:\.\d+)?[ \u00a0](?:B|kB|MB|GB|TB)\b/g, 'SIZE'],
  [/\b(?:\d+[ \u00a0]min[ \u00a0])?\d+(?:\.\d+)?[ \u00a0](?:ms|s|min)\b/g, 'DURATION'],
  // Not all filesystems have them.
  [/(?<=SIZE free), [\d,]+ inodes/g, ''],
  // BuildKit names the only stage where something is mounted.
  [/\[stage-0 /g, '['],
  // On a filesystem of Docker's, or of its own.
  [/, the temp folder(?=[,)])/g, ''],
  [/^.*\(the temp folder\): SIZE of SIZE free.*\n/gm, ''],
  // When BuildKit's steps ended, and tasks of the Gantt picture.
  [/(?<=^#\d+ (?:DONE )?)\d+\.\d+(?:s$|(?= ))/gm, 'SECONDS'],
  [/:(?<mark>\w+, )?\d+, \d+$/gm, ':$<mark>BEGIN, END'],
  [/, failed, DURATION$/gm, ', failed'],
  // Only what sleeps is slow on every machine.
  [/^[\w.-]+: (?:\[|exporting |resolving )(?!.*sleep).*, DURATION\n/gm, ''],
  [/^[\w.-]+: .*, still running\n/gm, ''],
]

/**
 * Of a build's log, the Dockerfile's own steps. What BuildKit does beside them differs from version to
 * version and from run to run, in order, too; and a base that is there has lines only now and then.
 */
const keepDockerfilesSteps = (log: string): string => {
  const heads = log.matchAll(/^#(\d+) \[(?:\S+ )?\d+\/\d+\] (?!FROM )/gm)
  const numbers = new Map([...heads].map(([, number], index) => [number, index + 1]))
  if (numbers.size === 0) return log
  const lines = log.split('\n').flatMap((line) => {
    const [, number, rest] = /^#(\d+) (.*)/.exec(line) ?? []
    if (number === undefined) return [line]
    return numbers.has(number) ? [`#${numbers.get(number)} ${rest}`] : []
  })
  return lines.join('\n').replace(/^\n+|\n(?=\n\n)/g, '')
}

/** Loads and the token's end go on beside builds: in the order of their names, before the table. */
const sortOthers = (log: string): string => {
  const others = log.match(/^(?:Load .*: |Token: ).*\n/gm) ?? []
  const rest = others.reduce((text, line) => text.replace(line, ''), log)
  return rest.replace(/^\nSlipway: /m, (table) => others.toSorted().join('') + table)
}

/** The picture of what was done when, which only a run has that took long enough. */
const withoutPicture = (log: string): string => log.replace(/^(?:\S.* \|[ █▒]+\| .*\n)+\n/gm, '')

const toStableLog = (log: string): string => {
  const steps = /(?<=^::stop-commands::.*\n).*?(?=^::.*::$)/gms
  return sortOthers(withoutPicture(log).replace(steps, keepDockerfilesSteps))
}

const normalise = (text: string, names: Readonly<Record<string, string>>): string => {
  // A longer name may begin with a shorter one.
  const known = Object.entries(names).toSorted(([a], [b]) => b.length - a.length)
  const named = known.reduce((all, [name, word]) => all.replaceAll(name, word), text)
  const plain = patterns.reduce((all, [pattern, word]) => all.replace(pattern, word), named)
  // Columns are as wide as what was in them.
  return plain
    .replace(/ +(?=\|)/g, ' ')
    .replace(/(?<=^\|.*\|) +/gm, ' ')
    .replace(/-{3,}(?=[ :|])/g, '---')
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
    ['log', toStableLog(run.log)],
    ['annotations', annotations.join('\n')],
    ['summary', run.summary],
  ]
  const text = parts.map(([title, part = '']) => `===== ${title}\n${part.trimEnd()}\n`).join('\n')
  return normalise(text, { ...names, [run.files.root]: 'RUNNER', [process.cwd()]: 'PROJECT' })
}
