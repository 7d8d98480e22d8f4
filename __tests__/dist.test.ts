import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const chunks = readdirSync('dist', { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.js'),
)

const read = (chunk: string): string => readFileSync(join('dist', chunk), 'utf8')

const findImports = (chunk: string): readonly string[] =>
  [...read(chunk).matchAll(/^(?:import|export) (?:.* from )?"(.+)";$/gm)].map(
    ([, from = '']) => from,
  )

const toChunk = (from: string, importer: string): string => join(importer, '..', from)

/** All that Node reads before the chunk's first line runs. */
const findLoaded = (start: string): readonly string[] => {
  const loaded = new Set([start])
  for (const chunk of loaded) {
    for (const from of findImports(chunk)) loaded.add(toChunk(from, chunk))
  }
  return [...loaded]
}

const isVendor = (chunk: string): boolean => chunk.startsWith('vendor/')

/** What an entry imports once it knows that Node is new enough. */
const findBegun = (entry: string): string => {
  const [, from = ''] = /await import\("(.+)"\)/.exec(read(entry)) ?? []
  return toChunk(from, entry)
}

const small = ['vendor/actions-core.js', 'vendor/leven.js']

// Each of the others costs tens of milliseconds, and most steps need none of them.
test.each(['main.js', 'post.js'])('%s starts with small packages alone', (entry) => {
  const loaded = findLoaded(findBegun(entry)).filter(isVendor)
  expect(loaded.sort()).toEqual(small)
})

/** The sources in what an entry's start loads. */
const findSources = (entry: string): readonly string[] =>
  findLoaded(findBegun(entry)).flatMap((chunk) =>
    [...read(chunk).matchAll(/^\/\/ (src\/\S+\.ts)$/gm)].map(([, source = '']) => source),
  )

test('a load starts without what builds, reports, diagnoses or asks registries and GitHub', () => {
  const sources = findSources('main.js')
  expect(sources).toContain('src/load/load-image.ts')
  const needless =
    /^src\/(analysis\/(?!common-files)|diagnose\/(cluster|oom-kills|finding)|image\/(contents|sources\/registry)|files\/sources\/(oci|lfs)|files\/kept|token\/(github|installation)|run\/(?!load|pull|handlers).*-step|commands\/actions\/publish|report\/(summary|rows))/
  expect(sources.filter((source) => needless.test(source))).toEqual([])
})

test("the toolkit's context, which every start reads, comes without its client", () => {
  expect(findLoaded('github.js')).toEqual(['github.js', 'vendor/actions-github-context.js'])
})

test("the Actions cache's library is the cache client's alone", () => {
  const users = chunks.filter((chunk) => read(chunk).includes('"./cache.js"'))
  expect(users).toEqual(['cache-client.js'])
})

test('main and post check the version of Node before they load what an old one cannot', () => {
  expect(findLoaded('main.js')).toEqual(['main.js', 'shared.main.post.js'])
  expect(findLoaded('post.js')).toEqual(['post.js', 'shared.main.post.js'])
})

test('the recorder starts without any package', () => {
  expect(findLoaded('recorder.js').filter(isVendor)).toEqual([])
})

// See script/build.ts: importing one of them reads all that it has.
test.each(chunks)('%s imports no builtin module', (chunk) => {
  expect(findImports(chunk).filter(isBuiltin)).toEqual([])
})

test('no two chunks import each other', () => {
  const isReached = (chunk: string): boolean =>
    findImports(chunk).some((from) => findLoaded(toChunk(from, chunk)).includes(chunk))
  expect(chunks.filter(isReached)).toEqual([])
})
