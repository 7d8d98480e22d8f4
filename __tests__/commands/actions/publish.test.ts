import { expect, test } from 'vitest'
import { beginLists } from '../../../src/commands/actions/lists.ts'
import { publish } from '../../../src/commands/actions/publish.ts'
import type { Runner } from '../../../src/commands/actions/runner.ts'
import { Failure } from '../../../src/failure.ts'
import { planRun } from '../../../src/plan/plan.ts'
import { foundFacts, nodeNamed } from '../../support/found.ts'
import { reportOf } from '../../support/outcomes.ts'
import { read } from '../../support/read.ts'
import { readTarget } from '../../support/target.ts'

const raw = { context: '.', tags: 'api:dev', 'image-report': 'false' }
const asked = { ...raw, 'node-files': 'models:/models', 'image-report': 'auto' }

type Ended = Parameters<typeof publish>[1]

/** The outputs that are lists, as a step sets them that ended so. */
const listsOf = async (ended: Partial<Ended>) => {
  const outputs = new Map<string, string>()
  const runner = {
    output: (name: string, value: string) => void outputs.set(name, value),
    ...{ line: () => {}, group: () => {}, error: () => {} },
    ...{ warnings: async () => {}, summary: async () => {} },
  }
  const all = { inputs: undefined, result: undefined, failure: undefined, beganMs: 0, ...ended }
  await publish(runner as unknown as Runner, all)
  return [outputs.get('image-report'), outputs.get('volumes')]
}

const facts = { ...foundFacts, targets: [readTarget(raw)], nodes: [nodeNamed('n')] }
const planOf = (inputs: Parameters<typeof read>[0]) => planRun(read(inputs), facts)

test('lists that were asked for are there where nothing came of them', async () => {
  const inputs = read(asked)
  const failure = new Failure('no cluster')
  expect(await listsOf({ inputs, failure })).toEqual(['[]', '[]'])
  const planned = { kind: 'planned', plan: planOf(asked) } as const
  expect(await listsOf({ inputs, result: planned })).toEqual(['[]', '[]'])
  // Its layers could not be read.
  const unread = {
    kind: 'run',
    ...{ nodeFiles: [], compared: [], excesses: [], failure: undefined },
    history: { targets: [], before: [] },
    report: reportOf(planOf(asked).steps.filter(({ kind }) => kind === 'analyse')),
  } as const
  expect(await listsOf({ inputs, result: unread })).toEqual(['[]', '[]'])
  const reported = read({ mode: 'report', images: 'api:dev' })
  expect(await listsOf({ inputs: reported, failure })).toEqual(['[]', undefined])
})

test('lists that nobody asked for are not there, and all are where nobody knows', async () => {
  const failure = new Failure('no cluster')
  expect(await listsOf({ inputs: read(raw), failure })).toEqual([undefined, undefined])
  expect(await listsOf({ failure })).toEqual(['[]', '[]'])
})

test.each([
  ['diagnose', [['findings', '[]']]],
  [' doctor', [['checks', '[]']]],
  ['run', []],
  ['constructor', []],
  [undefined, []],
])('before mode %s can fail, its list is there', (mode, expected) => {
  const outputs: string[][] = []
  const output = (...set: string[]) => void outputs.push(set)
  beginLists(mode === undefined ? {} : { mode }, { output })
  expect(outputs).toEqual(expected)
})
