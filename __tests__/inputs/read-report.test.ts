import { expect, test } from 'vitest'
import { problemsOf, read } from '../support/read.ts'

const digest = `sha256:${'a'.repeat(64)}`

test.each([
  ['oci-layout://out', { kind: 'layout', folder: '/out', tag: undefined, digest: undefined }],
  ['oci-layout://out/image:v1.2', { kind: 'layout', folder: '/out/image', tag: 'v1.2' }],
  [`oci-layout:///data/image@${digest}`, { kind: 'layout', folder: '/data/image', digest }],
  ['./out:1', { kind: 'layout', folder: '/out', tag: '1' }],
  ['/data/image', { kind: 'layout', folder: '/data/image' }],
  ['registry://ghcr.io/a/b:1', { kind: 'registry', reference: { canonical: 'ghcr.io/a/b:1' } }],
  ['out', { kind: 'any', reference: { canonical: 'docker.io/library/out:latest' } }],
  [digest, { kind: 'any', reference: { canonical: digest } }],
])('%s is an image to look at', (images, expected) => {
  const { reported, images: loaded } = read({ mode: 'report', images })
  expect(reported).toMatchObject([{ given: images, ...expected }])
  expect(loaded).toEqual([])
})

test('each image is looked at once', () => {
  const { reported } = read({ mode: 'report', images: 'a:1, ./b\na:1' })
  expect(reported.map(({ given }) => given)).toEqual(['a:1', './b'])
})

test('limits of size count, and defaults are nothing that was said', () => {
  const raw = { mode: 'report', images: 'a:1', 'image-size-limit': '2GB', 'free-disk': 'auto' }
  const { imageReport, imageLimits } = read(raw)
  expect([imageReport, imageLimits.size.length]).toEqual(['auto', 1])
})

test('what makes no sense is told with all else that is wrong', () => {
  const raw = {
    mode: 'report',
    context: '.',
    tags: 'api:dev',
    'private-key': 'secret',
    'image-growth-limit': '5%',
    'image-size-limit': 'large',
    images: 'Ab:1, oci-layout://x.txt, ../up, oci-layout://, registry://-',
  }
  const lines = problemsOf(raw)
  expect(lines.join('\n')).not.toContain('secret')
  const inputs = ['private-key', 'context', 'tags', 'image-growth-limit', 'image-size-limit']
  expect(lines.map((line) => line.replace(/^- ([\w-]+).*/, '$1')).toSorted()).toEqual(
    [...inputs, ...Array.from({ length: 4 }, () => 'images')].toSorted(),
  )
})

test('a folder is to stay in the workspace, and some image is to be named', () => {
  const change = { workspace: '/work/space' }
  const [outside] = problemsOf({ mode: 'report', images: './../up' }, change)
  expect(outside).toContain('leads out of the workspace')
  expect(problemsOf({ mode: 'report' })[0]).toContain('none is given')
  expect(problemsOf({ mode: 'report', images: ',' })[0]).toContain('names nothing')
})
