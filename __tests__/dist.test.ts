import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openBundle } from './support/bundle.ts'

const { chunks, read, toChunk, findImports, findLoaded, findBegun, findSources } =
  openBundle('dist')

const isVendor = (chunk: string): boolean => chunk.startsWith('vendor/')

const small = ['vendor/actions-core.js', 'vendor/leven.js']

// Each of the others costs tens of milliseconds, and most steps need none of them.
test.each(['main.js', 'post.js'])('%s starts with small packages alone', (entry) => {
  const loaded = findLoaded(findBegun(entry)).filter(isVendor)
  expect(loaded.sort()).toEqual(small)
})

/** What no start reads, as a step, or a command, may need none of it; a stream needs the headers of a tar. */
const needless =
  /^src\/(analysis\/(?!common-files)|diagnose\/(cluster|oom-kills|finding)|image\/(contents\/(?!tar\/header\.)|sources\/registry)|files\/sources\/(oci|lfs)|files\/kept|token\/(github|installation)|run\/(?!load|pull|handlers).*-step|commands\/(actions\/publish|terminal\/answer|doctor|diagnose|report)|report\/(summary|rows))/

test('a load starts without what builds, reports, diagnoses or asks registries and GitHub', () => {
  const sources = findSources(findBegun('main.js'))
  expect(sources).toContain('src/load/load-image.ts')
  expect(sources.filter((source) => needless.test(source))).toEqual([])
})

test('so does the command line, and without the toolkit', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  execFileSync(process.execPath, ['script/build.ts', '--cli', folder], { stdio: 'pipe' })
  const cli = openBundle(join(folder, 'dist'))
  const begin = cli.findBegun('cli.js')
  expect(cli.findSources(begin)).not.toContain('src/commands/run.ts')
  const act = [begin, cli.findBegun(begin)]
  const sources = cli.findSources(...act)
  expect(sources).toContain('src/load/load-image.ts')
  expect(sources.filter((source) => needless.test(source))).toEqual([])
  expect(cli.findLoaded(...act).filter(isVendor)).toEqual(['vendor/leven.js'])
  // Beyond the action's, a command reads what a terminal is spoken to with.
  const own = new Set(findSources(findBegun('main.js')))
  const more = sources.filter((source) => !own.has(source))
  expect(more.filter((source) => !source.startsWith('src/commands/terminal/'))).toEqual([])
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
