import type { Level, Rule } from '../../src/analysis/findings/finding.ts'
import type { FindingPage, FindingPages, Sample } from './findings/page.ts'
import { renderRows } from './tables.ts'

const renderSample = ({ file, language = 'text', text }: Sample): string =>
  [
    ...(file === undefined ? [] : [`${renderName(file)}:`, '']),
    `\`\`\`${language}`,
    `${text}\`\`\``,
  ].join('\n')

/** A file's name, or what else a sample is. */
const renderName = (name: string): string =>
  /^\S*\.\S+$/.test(name) ? `\`${name}\`` : `${name.charAt(0).toUpperCase()}${name.slice(1)}`

const renderSamples = (samples: readonly Sample[]): string => samples.map(renderSample).join('\n\n')

const levels: Readonly<Record<Level, string>> = {
  error: 'An error',
  warning: 'A warning',
  info: 'A hint',
}

const renderLevel = ({ level, isQuestion }: Rule): string =>
  isQuestion === true ? `${levels[level]}, and a question` : levels[level]

const proof =
  'The fix only takes something away: the report says the size without it, and [`prove`](../image-report.md#proof) runs a test of yours without it.'

const renderPage = (rule: Rule, page: FindingPage): string => {
  const { id, what, fix, doubt, removes } = rule
  const sections = [
    `# ${id}`,
    `${renderLevel(rule)}: **${what}.**`.replace('?.**', '?**'),
    fix,
    ...(doubt === undefined ? [] : [`The doubt: ${doubt}.`]),
    '## How it is told',
    page.told,
    '## What it costs',
    removes === undefined ? page.cost : `${page.cost} ${proof}`,
    '## Before',
    renderSamples(page.before),
    '## After',
    renderSamples(page.after),
    '## When to leave it',
    page.leave,
    '[All findings](README.md) · [Image report](../image-report.md)',
  ]
  return `${sections.join('\n\n')}\n`
}

const chapters: readonly (readonly [Level, string])[] = [
  ['error', 'Errors: what must not be there'],
  ['warning', 'Warnings: what can be mended'],
  ['info', 'Hints: what may have its reasons'],
]

const renderIndex = (rules: readonly Rule[]): string => {
  const lists = chapters.flatMap(([level, title]) => [
    `## ${title}`,
    rules
      .filter((rule) => rule.level === level)
      .map(({ id, what }) => `- [\`${id}\`](${id}.md): ${what}`)
      .join('\n'),
  ])
  const sections = [
    '# Findings',
    'What the [image report](../image-report.md) looks for, a page for each rule: what exactly is looked at, what it costs, a Dockerfile before and after, and when to leave it as it is.',
    ...lists,
  ]
  return `${sections.join('\n\n')}\n`
}

/** What of rules and of hand-written pages has no counterpart, a sentence each. */
export const findUnpaired = (
  rules: readonly Pick<Rule, 'id'>[],
  pages: FindingPages,
): readonly string[] => {
  const ids = new Set(rules.map(({ id }) => id))
  return [
    ...[...ids]
      .filter((id) => !Object.hasOwn(pages, id))
      .map((id) => `The rule ${id} has no page: write one in script/docs.d/findings/.`),
    ...Object.keys(pages)
      .filter((id) => !ids.has(id))
      .map((id) => `script/docs.d/findings/ has a page for ${id}, which is no rule.`),
  ]
}

/** The pages of all rules and their index, by the names of their files. */
export const renderFindings = (
  rules: readonly Rule[],
  pages: FindingPages,
): ReadonlyMap<string, string> =>
  new Map([
    ['README.md', renderIndex(rules)],
    ...rules.flatMap((rule): readonly (readonly [string, string])[] => {
      const page = pages[rule.id]
      return page === undefined ? [] : [[`${rule.id}.md`, renderPage(rule, page)]]
    }),
  ])

/** The table of all rules, in docs/image-report.md. */
export const renderRules = (rules: readonly Rule[]): string =>
  renderRows([
    ['Rule', 'Level', 'What', 'What to do', 'Unless'],
    ['---', '---', '---', '---', '---'],
    ...rules.map(({ id, level, what, fix, doubt = '' }) => [
      `[\`${id}\`](findings/${id}.md)`,
      level,
      what,
      fix,
      doubt,
    ]),
  ])
