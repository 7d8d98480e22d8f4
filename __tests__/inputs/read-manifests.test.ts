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

test.each([
  [{}, undefined],
  [{ 'images-from': 'manifests' }, { exclude: [] }],
  [
    { 'images-from': 'manifests', 'images-from-exclude': 'ghcr.io/acme/*, a:1\nb' },
    { exclude: ['ghcr.io/acme/*', 'a:1', 'b'] },
  ],
])('images-from of %j', (raw, expected) => {
  expect(read({ images, manifests: 'a.yaml', ...raw }).imagesFrom).toEqual(expected)
})

test('images-from is enough to do', () => {
  expect(problemsOf({ manifests: 'a.yaml', 'images-from': 'manifests' })).toEqual([])
  expect(problemsOf({ manifests: 'a.yaml' })).toHaveLength(1)
})

test.each([
  [{ 'images-from': 'manifests' }, /^- images-from \("manifests"\): manifests is not given\./],
  [{ 'images-from': 'manifest', manifests: 'a.yaml' }, /^- images-from \("manifest"\): unknown\./],
  [{ 'images-from-exclude': 'a' }, /^- images-from-exclude \("a"\): it says nothing without/],
  [
    { 'images-from': 'manifests', manifests: 'a.yaml', 'images-from-exclude': 'a b' },
    /^- images-from-exclude \("a b"\): not the name of an image\./,
  ],
  [
    { 'images-from': 'manifests', manifests: 'a.yaml', 'images-from-exclude': ',' },
    /^- images-from-exclude \(","\): it names nothing/,
  ],
])('%j is refused', (raw, expected) => {
  expect(problemsOf({ images, ...raw })).toEqual([expect.stringMatching(expected)])
})
