import { expect, test } from 'vitest'
import type { InputName } from '../../src/inputs/raw-inputs.ts'
import { readArchives } from '../../src/inputs/read-archives.ts'
import { createReader, type Run } from '../../src/inputs/reader.ts'

const kinds = { '/work/a.tar': 'file', '/work/out': 'folder' } as const

const read = (given: string) => {
  const problems: string[] = []
  const run = {
    workspace: '/work',
    kindOf: (path: string) => kinds[path as keyof typeof kinds] ?? 'nothing',
  } as Run
  const report = (input: string, text: string) => void problems.push(`${input}: ${text}`)
  const raw: Partial<Record<InputName, string>> = { 'image-archives': given }
  return { paths: readArchives(createReader(raw, report, run)), problems }
}

test('paths, one a line', () => {
  expect(read('a.tar\n/work/a.tar\n')).toEqual({
    paths: ['/work/a.tar', '/work/a.tar'],
    problems: [],
  })
})

test.each([
  ['b.tar', /there is no such file/],
  ['out', /it is a folder/],
  ['../b.tar', /leads out of the workspace/],
  [',', /there is no such file/],
])('%j is refused', (given, problem) => {
  const { paths, problems } = read(given)
  expect(paths).toEqual([])
  expect(problems).toEqual([expect.stringMatching(problem)])
})
