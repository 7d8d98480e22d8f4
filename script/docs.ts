/**
 * Writes the tables of inputs and outputs (docs/inputs.md, docs/reusable-workflow.md), of what may be deleted (docs/disk.md, from
 * the catalog) and of the rules for images (docs/image-report.md, from theirs): `node script/docs.ts`.
 * With `--check` it changes nothing, says what differs and exits with 1.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'
import { catalog as rules } from '../src/analysis/findings/catalog.ts'
import type { InputName } from '../src/inputs/raw-inputs.ts'
import { catalog } from '../src/storage/catalog.ts'
import { formatBytes } from '../src/text/format.ts'
import { groups } from './docs.d/when.ts'

type Entry = {
  readonly description: string
  readonly default?: string | number
  readonly required?: boolean
}
type Entries = Readonly<Record<string, Entry>>

export type Action = { readonly inputs: Entries; readonly outputs: Entries }
/** What the reusable workflow's callers give and get. */
type Called = Action & { readonly secrets: Entries }

export const readAction = (): Action => parse(readFileSync('action.yml', 'utf8'))

export const readCalled = (): Called =>
  parse(readFileSync('.github/workflows/kind-e2e.yml', 'utf8')).on.workflow_call

const renderRows = (rows: readonly (readonly string[])[]): string =>
  rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')

const toCell = (text: string): string =>
  text
    .trim()
    .replace(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|')

const renderDefault = ({ default: usual = '', required }: Entry): string =>
  required === true ? '(required)' : usual === '' ? '' : `\`${usual}\``

const renderInputs = (inputs: Entries): string =>
  renderRows([
    ['Input', 'Default', 'What it is'],
    ['---', '---', '---'],
    ...Object.entries(inputs).map(([name, entry]) => [
      `\`${name}\``,
      renderDefault(entry),
      toCell(entry.description),
    ]),
  ])

const renderNames = (title: string, entries: Entries): string =>
  renderRows([
    [title, 'What it is'],
    ['---', '---'],
    ...Object.entries(entries).map(([name, { description }]) => [
      `\`${name}\``,
      toCell(description),
    ]),
  ])

/** Puts a text between `<!-- name -->` and `<!-- /name -->`. */
const fill = (markdown: string, name: string, text: string): string => {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [from, to] = [markdown.indexOf(start), markdown.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`There is no ${start} ... ${end}`)
  return `${markdown.slice(0, from + start.length)}\n\n${text}\n\n${markdown.slice(to)}`
}

/** What may be deleted on hosted runners. */
const renderCatalog = (): string =>
  renderRows([
    ['Name', 'What it is', 'Folders', 'Usually', 'On'],
    ['---', '---', '---', '---', '---'],
    ...catalog.map(({ name, what, paths, typicalBytes, images }) => [
      `\`${name}\``,
      what,
      paths.map((path) => `\`${path}\``).join(', '),
      formatBytes(typicalBytes),
      images.map((image) => `${image.replace('ubuntu', 'ubuntu-')}.04`).join(', '),
    ]),
  ])

/** What an image is looked through for. */
const renderRules = (): string =>
  renderRows([
    ['Rule', 'Level', 'What', 'What to do', 'Unless'],
    ['---', '---', '---', '---', '---'],
    ...rules.map(({ id, level, what, fix, doubt = '' }) => [`\`${id}\``, level, what, fix, doubt]),
  ])

/** docs/disk.md with its table made anew. */
export const renderDisk = (page: string): string => fill(page, 'catalog', renderCatalog())

/** A table for each group of inputs. One that is in none is left out, which a test finds. */
const renderGroups = (inputs: Entries): string =>
  groups
    .flatMap(({ title, inputs: members }) => {
      const rows = Object.entries(members).map(([name, when]) => {
        const entry = inputs[name as InputName] ?? { description: '' }
        return [`\`${name}\``, renderDefault(entry), toCell(entry.description), when]
      })
      const head = ['Input', 'Default', 'What it is', 'When you need it']
      return [`## ${title}`, renderRows([head, head.map(() => '---'), ...rows])]
    })
    .join('\n\n')

/** docs/inputs.md with its tables made anew. */
export const renderReference = (page: string, action: Action): string =>
  fill(
    fill(page, 'inputs', renderGroups(action.inputs)),
    'outputs',
    renderNames('Output', action.outputs),
  )

const renderCalled = (page: string): string => {
  const { inputs, secrets, outputs } = readCalled()
  const withInputs = fill(page, 'inputs', renderInputs(inputs))
  const withSecrets = fill(withInputs, 'secrets', renderNames('Secret', secrets))
  return fill(withSecrets, 'outputs', renderNames('Output', outputs))
}

const without = (text: string, other: string): readonly string[] => {
  const lines = new Set(other.split('\n'))
  return text.split('\n').filter((line) => !lines.has(line))
}

/** The lines in which two texts differ, as a patch would show them. */
export const describeDifference = (is: string, shouldBe: string): string =>
  [
    ...without(is, shouldBe).map((line) => `- ${line}`),
    ...without(shouldBe, is).map((line) => `+ ${line}`),
  ].join('\n')

const pages = [
  {
    page: 'docs/inputs.md',
    source: 'action.yml and script/docs.d/when.ts',
    render: (text: string) => renderReference(text, readAction()),
  },
  {
    page: 'docs/reusable-workflow.md',
    source: '.github/workflows/kind-e2e.yml',
    render: renderCalled,
  },
  { page: 'docs/disk.md', source: 'src/storage/catalog.ts', render: renderDisk },
  {
    page: 'docs/image-report.md',
    source: 'src/analysis/findings/',
    render: (text: string) => fill(text, 'rules', renderRules()),
  },
]

const main = (args: readonly string[]): void => {
  if (args.some((arg) => arg !== '--check')) {
    console.error('usage: node script/docs.ts [--check]')
    process.exitCode = 2
    return
  }
  for (const { page, source, render } of pages) {
    const text = readFileSync(page, 'utf8')
    const rendered = render(text)
    if (rendered === text) continue
    if (args.length === 0) {
      writeFileSync(page, rendered)
      continue
    }
    console.error(`${page} is not in step with ${source}; run \`node script/docs.ts\`.`)
    console.error(
      describeDifference(text, rendered) || '(only the order or the empty lines differ)',
    )
    process.exitCode = 1
  }
}

if (import.meta.main) {
  process.chdir(new URL('..', import.meta.url).pathname)
  main(process.argv.slice(2))
}
