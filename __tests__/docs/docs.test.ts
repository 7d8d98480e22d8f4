import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { groups } from '../../script/docs.d/when.ts'
import { describeDifference, readAction, readCalled, renderReference } from '../../script/docs.ts'
import { settings } from '../../src/commands/terminal/commands.ts'
import { defaults, givenByRunner, type InputName, inputNames } from '../../src/inputs/raw-inputs.ts'
import { toOutputs } from '../../src/report/report.ts'
import { reportOf, stepsFor, targetOf } from '../support/outcomes.ts'

const action = readAction()
const read = (path: string): string => readFileSync(path, 'utf8')
const pages = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md']).sort()

describe('action.yml is the schema', () => {
  test("docs/inputs.md's tables are made from it", () => {
    const page = read('docs/inputs.md')
    expect(describeDifference(page, renderReference(page, action))).toBe('')
    expect(renderReference(page, action)).toBe(page)
  })

  test('each input is in one group, with a word on when one needs it', () => {
    const grouped = groups.flatMap(({ inputs }) => Object.keys(inputs))
    expect(grouped.toSorted()).toEqual(Object.keys(action.inputs).toSorted())
  })

  test('a table that differs is shown line by line', () => {
    const page = read('docs/inputs.md').replace('| `secret-id` |', '| `secret_id` |')
    expect(describeDifference(page, renderReference(page, action))).toMatch(
      /^- \| `secret_id` \|.*\n\+ \| `secret-id` \|.*$/,
    )
  })

  test('its inputs are those that are read', () => {
    expect(Object.keys(action.inputs)).toEqual([...inputNames])
  })

  test('its defaults are those that count as nothing said', () => {
    const given = Object.entries(action.inputs).flatMap(([name, input]) => {
      const usual = (input as { readonly default?: string }).default
      return usual === undefined || givenByRunner.includes(name as InputName) ? [] : [[name, usual]]
    })
    expect(Object.fromEntries(given)).toEqual(defaults)
  })

  test('its outputs are those that can be set', () => {
    const metadata = { imageId: 'sha256:1', digest: 'sha256:2', json: '{}' }
    const steps = stepsFor([targetOf('a')])
    const full = reportOf(steps, { 'build a': { result: { metadata } } })
    // Of files, of reports, and with `mode: diagnose` and `mode: doctor` another one, alone.
    const others = ['kubeconfig', 'cluster-logs', 'volumes', 'image-report', 'findings', 'checks']
    const all = [...Object.keys(toOutputs(full, true)), ...others]
    expect(all).toEqual(Object.keys(action.outputs))
  })
})

/** A heading's anchor, as GitHub makes it. */
const toAnchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-')

const withoutCode = (markdown: string): string => markdown.replace(/^ *```[\s\S]*?^ *```/gm, '')

const anchorsOf = (path: string): readonly string[] =>
  [...withoutCode(read(path)).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => toAnchor(heading))

describe.each(pages)('%s', (page) => {
  const links = [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))

  test('its links lead somewhere', () => {
    const broken = links.filter((target) => {
      const [path = '', anchor] = target.split('#')
      const file = path === '' ? page : join(dirname(page), path)
      return !existsSync(file) || (anchor !== undefined && !anchorsOf(file).includes(anchor))
    })
    expect(broken).toEqual([])
  })
})

test('the index of docs names every page once, and so does the sidebar of the site', () => {
  const named = [...read('docs/README.md').matchAll(/^- \[.*\]\((.*)\)$/gm)].map(
    ([, target = '']) => target,
  )
  // A folder's own index names what is in it.
  const all = globSync(['docs/*.md', 'docs/*/README.md']).map((page) => relative('docs', page))
  expect(named.toSorted()).toEqual(all.filter((page) => page !== 'README.md').toSorted())
})

test("docs/command-line.md names the inputs that are the action's alone", () => {
  const [, list = ''] = /^These inputs are the action's alone, (.*)$/m.exec(
    read('docs/command-line.md'),
  ) ?? ['', '']
  const named = [...list.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
  const alone = inputNames.filter((name) => !settings.includes(name))
  expect(named.toSorted()).toEqual(alone.toSorted())
})

test('the README is short', () => {
  expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(150)
})

type Snippet = { readonly from: string; readonly text: string }

const snippets: readonly Snippet[] = [
  ...pages.flatMap((page) =>
    [...read(page).matchAll(/^```ya?ml\n([\s\S]*?)^```/gm)].map(([, text = ''], index) => ({
      from: `${page}, YAML ${index + 1}`,
      text,
    })),
  ),
  ...globSync('examples/**/*.yml').map((path) => ({ from: relative('.', path), text: read(path) })),
]

type SlipwayStep = { readonly uses: string; readonly with?: Readonly<Record<string, unknown>> }

const isSlipway = (value: object): value is SlipwayStep =>
  'uses' in value &&
  /^(\.\/?|[^@]*\/slipway(\/\.github\/workflows\/kind-e2e\.yml)?@.+)$/.test(String(value.uses))

/** A job that calls the reusable workflow gives its inputs. */
const inputsOf = ({ uses }: SlipwayStep): object =>
  uses.includes('/kind-e2e.yml@') ? readCalled().inputs : action.inputs

/** All steps of the action, however deep in a document. */
const findSteps = (value: unknown): readonly SlipwayStep[] => {
  if (typeof value !== 'object' || value === null) return []
  const inside = Object.values(value).flatMap(findSteps)
  return isSlipway(value) ? [value, ...inside] : inside
}

describe.each(snippets)('$from', ({ text }) => {
  const documents = parseAllDocuments(text)

  test('is YAML', () => {
    expect(documents.flatMap(({ errors }) => errors)).toEqual([])
  })

  test('names the release', () => {
    expect(text).not.toMatch(/OWNER\/slipway\S*@(?!v1\b)/)
  })

  test('uses only inputs and outputs that there are', () => {
    const steps = documents.flatMap((document) => findSteps(document.toJS()))
    expect(steps.length).toBeGreaterThan(0)
    const unknown = steps.flatMap((step) =>
      Object.keys(step.with ?? {}).filter((name) => !(name in inputsOf(step))),
    )
    expect(unknown).toEqual([])
    const outputs = [...text.matchAll(/steps\.slipway\.outputs\.([\w-]+)/g)].map(([, name]) => name)
    expect(outputs.filter((name) => !(String(name) in action.outputs))).toEqual([])
  })

  test('gives a cluster of one job a kubeconfig of that job', () => {
    const shared = documents
      .flatMap((document) => findSteps(document.toJS()))
      .map((step) => step.with ?? {})
      .filter((given) => given['create-cluster'] === true)
      .filter((given) => /\brun_id\b/.test(String(given['cluster-name'])))
      .filter((given) => !/\brunner\.temp\b/.test(String(given['kubeconfig'])))
    expect(shared).toEqual([])
  })
})

/** The fixed parts of the messages in the first column of tables of messages and reasons. */
const quotedIn = (page: string): readonly string[] =>
  [...read(page).matchAll(/^\| (?:Message|Reason\b[^|]*) \|.*\n\|[ -|]*\n((?:\|.*\n)+)/gm)]
    .flatMap(([, rows = '']) => rows.trim().split('\n'))
    .flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/(`+) ?(.+?) ?\1(?!`)/g)])
    .flatMap(([, , message = '']) => message.split('…'))

const sources = globSync('src/**/*.{ts,sh,pl}')
  .map((path) => read(path).replaceAll('\\`', '`').replaceAll("\\'", "'"))
  .join('\n')

test.each(['docs/loading.md', 'docs/secrets.md', 'docs/troubleshooting.md'])(
  'the messages that %s explains are those of the code',
  (page) => {
    const parts = quotedIn(page).flatMap((part) => part.split(/^([a-z-]+): (?=empty)/))
    expect(parts.length).toBeGreaterThan(10)
    expect(parts.filter((part) => !sources.includes(part.trim()))).toEqual([])
  },
)
