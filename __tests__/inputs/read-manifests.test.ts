import { expect, test } from 'vitest'
import { problemsOf, read } from '../support/read.ts'

const images = 'a:1'

test.each([
  ['', []],
  ['k8s/*.yaml', ['k8s/*.yaml']],
  ['a.yaml, b.yaml\n c.yaml\n', ['a.yaml', 'b.yaml', 'c.yaml']],
  ['k8s/*.{yml,yaml},a/{b,c}/*.json', ['k8s/*.{yml,yaml}', 'a/{b,c}/*.json']],
  ['k8s/**/*.yaml, !k8s/charts/**', ['k8s/**/*.yaml', '!k8s/charts/**']],
  ['a{b, c', ['a{b', 'c']],
])('manifests of %j', (text, expected) => {
  expect(read({ images, manifests: text }).manifests).toEqual(expected)
})

test('leaving out alone is refused', () => {
  expect(problemsOf({ images, manifests: '!a.yaml' })).toEqual([
    expect.stringMatching(/^- manifests \("!a\.yaml"\): it only leaves files out\./),
  ])
})
