import { expect, test } from 'vitest'
import type { Target } from '../../src/build/target.ts'
import { toWanted } from '../../src/facts/facts.ts'
import { parseImageReference } from '../../src/image/reference.ts'
import { renderPullWarning } from '../../src/plan/pull-warning.ts'
import { targetWith } from '../support/target.ts'

const refer = (given: string) => {
  const reference = parseImageReference(given)
  if (typeof reference === 'string') throw new Error(reference)
  return reference
}

const warn = (given: readonly string[], settled: readonly string[] = []): string | undefined =>
  renderPullWarning(given.map(refer), new Set(settled))

test('one warning for all images with the tag latest or none, in the words that were given', () => {
  expect(warn(['api', 'worker:latest', 'web:dev', 'localhost:5000/db'])).toMatch(
    /^Pods will pull api, worker:latest, localhost:5000\/db instead .*imagePullPolicy: IfNotPresent.*immutable-tags/,
  )
})

test.each([
  ['another tag', 'api:dev'],
  ['a tag that only begins so', 'api:latest-1'],
  ['a digest', `api@sha256:${'a'.repeat(64)}`],
])('none for %s', (_, given) => {
  expect(warn([given])).toBeUndefined()
})

test('none for those of which is known that their pods do not pull', () => {
  const settled = ['docker.io/library/api:latest']
  expect(warn(['api'], settled)).toBeUndefined()
  expect(warn(['api', 'web'], settled)).toMatch(/^Pods will pull web instead/)
})

test('what the nodes are to get: what Docker has and what is built, not what is built for others alone', () => {
  const build = (name: string, isWanted: boolean): Target => ({ ...targetWith(name), isWanted })
  const wanted = toWanted({
    targets: [build('api', true), build('base', false)],
    images: [
      {
        references: [refer('db')],
        id: '',
        sizeBytes: 1,
        digestNames: [],
        architecture: 'amd64',
        layers: [],
      },
    ],
  })
  expect(wanted.map(({ given }) => given)).toEqual(['api', 'db'])
})
