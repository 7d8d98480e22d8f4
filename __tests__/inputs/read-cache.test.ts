import { expect, test } from 'vitest'
import { problemsOf, read } from '../support/read.ts'

const build = { context: '.', tags: 'a:1' }

test('caches are left to the Bake file unless the step says otherwise', () => {
  expect(read(build)).toMatchObject({ cache: 'none', cacheRef: undefined, cacheRequired: false })
})

test('build-cache is off unless the step asks', () => {
  expect(read(build).buildCache).toBe('never')
  expect(read({ ...build, 'build-cache': 'auto' }).buildCache).toBe('auto')
  expect(read({ ...build, 'build-cache': 'true' }).buildCache).toBe('always')
  expect(problemsOf({ ...build, 'build-cache': 'gha' })).toEqual([
    expect.stringContaining('build-cache ("gha"): unknown. Write one of false, auto, true.'),
  ])
})

test('a place of its own, and strict', () => {
  const raw = { cache: 'registry', 'cache-ref': 'ghcr.io/acme/c:x', 'cache-required': 'true' }
  expect(read({ ...build, ...raw })).toMatchObject({
    cache: 'registry',
    cacheRef: 'ghcr.io/acme/c:x',
    cacheRequired: true,
  })
})

test('all that is wrong is said at once', () => {
  const raw = { cache: 's3', 'cache-ref': 'a/b@sha256:0', 'cache-required': 'sure' }
  const problems = problemsOf({ ...build, ...raw }).join('\n')
  expect(problems).toContain(
    'cache ("s3"): unknown. Write one of none, gha, registry, inline, auto.',
  )
  expect(problems).toContain('cache-ref ("a/b@sha256:0"): the part after @ is not a sha256 digest')
  expect(problems).toContain('cache-ref: given without `cache: registry`')
  expect(problems).toContain('cache-required ("sure"): not a boolean')
})

test('a digest is no place for a cache', () => {
  const ref = `a/b@sha256:${'0'.repeat(64)}`
  expect(problemsOf({ ...build, cache: 'registry', 'cache-ref': ref })).toEqual([
    expect.stringContaining('a cache cannot be given a digest'),
  ])
})

test('cache mounts are ids, one a line, of what is built', () => {
  const given = read({ ...build, 'cache-mounts': '/root/.cache/pip\n go-build\n/root/.cache/pip' })
  expect(given.cacheMounts).toEqual(['/root/.cache/pip', 'go-build'])
  expect([given.cacheMountsBytes, read(build).cacheMounts]).toEqual([2e9, []])
  const problems = problemsOf({ ...build, 'cache-mounts': 'a,b\n$X', 'cache-mounts-limit': 'all' })
  expect(problems).toEqual([
    expect.stringContaining('cache-mounts ("a,b"): not the id of a cache mount'),
    expect.stringContaining('cache-mounts ("$X"): not the id of a cache mount'),
    expect.stringContaining('cache-mounts-limit ("all"): not a size'),
  ])
  expect(problemsOf({ images: 'a:1', 'cache-mounts': '/pip' })).toEqual([
    expect.stringContaining('the step builds nothing that could mount a cache'),
  ])
})
