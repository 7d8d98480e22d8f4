import { expect, test } from 'vitest'
import { findCircles, findRising, readImports, toFolders } from '../../script/check.d/imports.ts'

const graph = (imports: Readonly<Record<string, readonly string[]>>) =>
  new Map(Object.entries(imports))

test.each([
  ['down', { 'commands/run.ts': ['plan/plan.ts'], 'plan/plan.ts': ['failure.ts'] }, 0],
  ['within a room', { 'plan/plan.ts': ['plan/graph.ts'] }, 0],
  ['up', { 'text/format.ts': ['commands/run.ts'] }, 1],
  ['across features', { 'build/target.ts': ['load/load-image.ts'] }, 1],
  ['from the ground up', { 'failure.ts': ['host/log.ts'] }, 1],
  ['of no room', { 'made-up/a.ts': [] }, 1],
])('an import that goes %s', (_name, imports, problems) => {
  expect(findRising(graph(imports))).toHaveLength(problems)
})

test('circles of files, and of folders that no circle of files shows', () => {
  const files = graph({
    'a/one.ts': ['b/one.ts'],
    'b/two.ts': ['a/two.ts'],
    'c/x.ts': ['c/y.ts'],
    'c/y.ts': ['c/x.ts'],
  })
  expect(findCircles(files)).toEqual(['c/x.ts -> c/y.ts -> c/x.ts'])
  expect(findCircles(toFolders(files))).toEqual(['a -> b -> a'])
})

test('types and lazy imports are read as well', () => {
  const read = readImports('src')
  expect(read.get('commands/run.ts')).toContain('report/report.ts')
  expect(read.get('main.ts')).toContain('commands/actions/step.ts')
  expect(read.get('host/log.ts')).toContain('failure.ts')
})
