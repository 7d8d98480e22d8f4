/**
 * Writes the tables of inputs and outputs (docs/inputs.md, docs/reusable-workflow.md), of what may be deleted (docs/disk.md, from
 * the catalog) and of the rules for images (docs/image-report.md, from theirs), and a page for each of these rules
 * (docs/findings/): `node script/docs.ts`. With `--check` it changes nothing, says what differs and exits with 1.
 */
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { parse } from 'yaml'
import { catalog as rules } from '../src/analysis/findings/catalog.ts'
import type { InputName } from '../src/inputs/raw-inputs.ts'
import { catalog } from '../src/storage/catalog.ts'
import { formatBytes } from '../src/text/format.ts'
import { findingPages } from './docs.d/findings/all.ts'
import { findUnpaired, renderFindings, renderRules } from './docs.d/render-findings.ts'
import { fill, renderRows, toCell } from './docs.d/tables.ts'
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

/** A file that is written by this program, or has a part that is. */
type Page = {
  readonly page: string
  readonly source: string
  /** @returns undefined for a page that is to go */
  readonly render: (text: string) => string | undefined
}

const tables: readonly Page[] = [
  {
    page: 'docs/inputs.md',
    source: 'action.yml and script/docs.d/when.ts',
    render: (text) => renderReference(text, readAction()),
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
    render: (text) => fill(text, 'rules', renderRules(rules)),
  },
]

const findingsFolder = 'docs/findings'

/** A page for each rule, and those that are there without one. */
const listFindings = (): readonly Page[] => {
  const rendered = renderFindings(rules, findingPages)
  const there = globSync(`${findingsFolder}/*.md`).map((path) => basename(path))
  return [...new Set([...rendered.keys(), ...there])].map((name) => ({
    page: `${findingsFolder}/${name}`,
    source: 'src/analysis/findings/ and script/docs.d/findings/',
    render: () => rendered.get(name),
  }))
}

const write = (page: string, text: string | undefined): void => {
  if (text === undefined) rmSync(page)
  else writeFileSync(page, text)
}

const main = (args: readonly string[]): void => {
  if (args.some((arg) => arg !== '--check')) {
    console.error('usage: node script/docs.ts [--check]')
    process.exitCode = 2
    return
  }
  for (const problem of findUnpaired(rules, findingPages)) {
    console.error(problem)
    process.exitCode = 1
  }
  if (args.length === 0) mkdirSync(findingsFolder, { recursive: true })
  for (const { page, source, render } of [...tables, ...listFindings()]) {
    const text = existsSync(page) ? readFileSync(page, 'utf8') : ''
    const rendered = render(text)
    if (rendered === text) continue
    if (args.length === 0) {
      write(page, rendered)
      continue
    }
    const what = rendered === undefined ? 'is of no rule any more' : `is not in step with ${source}`
    console.error(`${page} ${what}; run \`node script/docs.ts\`.`)
    if (rendered !== undefined)
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
