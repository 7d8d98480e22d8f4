import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { renderError } from '../../../../src/failure.ts'
import { explainWrite } from '../../../../src/files/sources/lfs/draft.ts'
import { createProgress } from '../../../../src/files/sources/lfs/progress.ts'
import { Secret } from '../../../../src/secret.ts'
import { type GitHub, startGitHub } from '../../../support/github/server.ts'
import {
  fetchInto,
  find,
  makeContent,
  sha256,
  startCheckouts,
  toPointer,
} from '../../../support/lfs-checkout.ts'
import { mint } from '../../../support-self/github-client.ts'

let github: GitHub
let token = ''
const checkouts = startCheckouts()

beforeAll(async () => {
  github = await startGitHub({ repositories: { 'acme/models': {}, 'acme/other': {} } })
  token = await mint(github, { repositories: ['models'], permissions: { contents: 'read' } })
  github.clearRequests()
})
afterAll(async () => {
  await github.stop()
  checkouts.stop()
})
afterEach(() => {
  Object.assign(github.lfs, { lifetimeS: 3600, wantsTicket: false })
  github.lfs.overBudget.clear()
  github.clearFaults()
  github.clearRequests()
})

const remote = () => `${github.serverUrl}/acme/models`
const storage = /^GET \/lfs-storage\//

/** A checkout of pointers to objects that the server has. */
const checkOut = (contents: Readonly<Record<string, Buffer>>): string => {
  const pointers = Object.entries(contents).map(
    ([path, content]) => [path, github.addLfsObject('acme/models', content).pointer] as const,
  )
  return checkouts.checkOut(Object.fromEntries(pointers), remote())
}
const findIn = (workspace: string, more = {}) => find(workspace, github.serverUrl, token, more)
const asked = (pattern: RegExp) =>
  github.requests.filter(({ method, path }) => pattern.test(`${method} ${path}`))
const batches = () => asked(/objects\/batch$/)
const gets = () => asked(storage)

const fetchOne = async (content: Buffer, more = {}, order = {}) => {
  const source = await findIn(checkOut({ 'a.bin': content }), more)
  const folder = checkouts.next()
  const fetched = fetchInto(folder, source, order)
  return { folder, fetched, source }
}
const fetchWell = async (content: Buffer, more = {}) => {
  const { folder, fetched } = await fetchOne(content, more)
  const { names } = await fetched
  expect(names).toEqual([sha256(content)])
  expect(readFileSync(join(folder, sha256(content))).equals(content)).toBe(true)
}
const fetchBadly = async (content: Buffer, ...whys: readonly string[]) => {
  const { folder, fetched } = await fetchOne(content)
  const said = await fetched.then(() => 'nothing', renderError)
  for (const why of whys) expect(said).toContain(why)
  expect(said).not.toContain(token)
  expect(said).not.toContain('signature=')
  expect(readdirSync(folder)).toEqual([])
  return said
}

test('pointers are replaced by what they point to, other files are taken as they are', async () => {
  const [far, near, smudged] = [makeContent(5_000), makeContent(3_000), makeContent(2_000)]
  const workspace = checkOut({ 'models/far.bin': far, 'models/far-too.bin': far })
  const files = { 'models/near.bin': toPointer(sha256(near), 3_000), 'models/sub/smudged': smudged }
  for (const [path, content] of Object.entries({
    ...files,
    'models/empty': '',
    'models/run': '#!',
  })) {
    mkdirSync(join(workspace, path, '..'), { recursive: true })
    writeFileSync(join(workspace, path), content)
  }
  chmodSync(join(workspace, 'models/run'), 0o744)
  chmodSync(join(workspace, 'models/sub/smudged'), 0o645)
  symlinkSync('sub/smudged', join(workspace, 'models/link'))
  const oid = sha256(near)
  const store = join(workspace, '.git/lfs/objects', oid.slice(0, 2), oid.slice(2, 4))
  mkdirSync(store, { recursive: true })
  writeFileSync(join(store, oid), near)
  const source = await findIn(workspace, { path: 'models' })
  const file = (path: string, content: Buffer | string, isExecutable = false) => ({
    path,
    sizeBytes: content.length,
    isExecutable,
    sha256: sha256(content),
  })
  const tree = {
    isFile: false,
    files: [
      file('empty', ''),
      file('far-too.bin', far),
      file('far.bin', far),
      file('near.bin', near),
      file('run', '#!', true),
      file('sub/smudged', smudged),
    ],
    links: [{ path: 'link', target: 'sub/smudged' }],
    emptyFolders: [],
  }
  expect(source).toMatchObject({ tree, sizeBytes: 10_002 })
  expect(github.requests).toEqual([])
  const told: (readonly [number, number])[] = []
  const folder = checkouts.next()
  const progress = (...each: readonly [number, number]) => void told.push(each)
  const fetched = await fetchInto(folder, source, { progress })
  const contents = ['', '#!', far, near, smudged]
  expect(fetched).toEqual({ tree, names: contents.map(sha256).toSorted() })
  for (const each of contents)
    expect(readFileSync(join(folder, sha256(each))).equals(Buffer.from(each))).toBe(true)
  expect(told.at(-1)).toEqual([10_002, 10_002])
  expect([batches(), gets()].map((each) => each.length)).toEqual([1, 1])
  // What is there already does not come again.
  github.clearRequests()
  await fetchInto(folder, source)
  expect(github.requests).toEqual([])
})

test('the key is that of what a node would have', async () => {
  const content = makeContent(2_000)
  const workspace = checkOut({ 'a/m.bin': content, 'b/m.bin': content })
  const key = async (path: string) => (await findIn(workspace, { path })).key
  const first = await key('a')
  expect(first).toMatch(/^[0-9a-f]{64}$/)
  // A pointer or what it points to, in a folder of one name or the other.
  writeFileSync(join(workspace, 'b/m.bin'), content)
  expect(await key('b')).toBe(first)
  expect(await key('a/m.bin')).not.toBe(first)
  chmodSync(join(workspace, 'b/m.bin'), 0o755)
  expect(await key('b')).not.toBe(first)
  chmodSync(join(workspace, 'b/m.bin'), 0o644)
  mkdirSync(join(workspace, 'b/empty'))
  expect(await key('b')).not.toBe(first)
})

test('a file may be taken alone', async () => {
  const content = makeContent(2_000)
  const source = await findIn(checkOut({ 'models/a.bin': content }), { path: './models/a.bin' })
  expect(source.tree).toMatchObject({ isFile: true, files: [{ path: 'a.bin' }], links: [] })
  expect((await fetchInto(checkouts.next(), source)).names).toEqual([sha256(content)])
})

test('where nothing has to come, nobody is asked', async () => {
  const content = makeContent(2_000)
  const never = () => Promise.reject(new Error('a token was asked for'))
  const source = await findIn(checkOut({ 'a.bin': content }), { token: never })
  const has = new Set([sha256(content)])
  expect((await fetchInto(checkouts.next(), source, { has })).names).toEqual([])
  // A pointer needs no server either, where another file has its content.
  const files = { 'a.bin': content, 'b.bin': toPointer(sha256(content), content.length) }
  const workspace = checkouts.checkOut(files, 'https://gitlab.com/acme/models')
  const local = await findIn(workspace, { token: never })
  expect((await fetchInto(checkouts.next(), local)).names).toEqual([sha256(content)])
  expect(github.requests).toEqual([])
})

test('the token is for the batch alone, and objects get the headers that go with them', async () => {
  github.lfs.wantsTicket = true
  await fetchWell(makeContent(2_000))
  expect(batches().map(({ authKind }) => authKind)).toEqual(['basic'])
  const [get] = gets()
  expect(get?.headers['x-lfs-ticket']).toMatch(/^[0-9a-f]{64}$/)
  expect(get?.headers['authorization']).toBeUndefined()
})

test('where the storage sends us elsewhere, its headers stay behind', async () => {
  github.lfs.wantsTicket = true
  const content = makeContent(2_000)
  const heard: IncomingHttpHeaders[] = []
  const other = createServer((request, response) => {
    heard.push(request.headers)
    response.end(content)
  }).listen(0, '127.0.0.1')
  await once(other, 'listening')
  try {
    const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`
    github.inject({ kind: 'status', status: 302, headers: { location }, match: storage })
    await fetchWell(content)
    expect(gets()[0]?.headers['x-lfs-ticket']).toBeDefined()
    expect(heard.map((headers) => headers['x-lfs-ticket'])).toEqual([undefined])
  } finally {
    other.closeAllConnections()
    other.close()
  }
})

test('many objects are asked for by the hundred', async () => {
  const contents = Array.from(
    { length: 250 },
    (_, i) => [`${i}.bin`, makeContent(100 + i)] as const,
  )
  const source = await findIn(checkOut(Object.fromEntries(contents)))
  const { names } = await fetchInto(checkouts.next(), source)
  expect(names).toHaveLength(250)
  const sizes = batches().map(({ body }) => (body as { objects: unknown[] }).objects.length)
  expect(sizes).toEqual([100, 100, 50])
  expect(gets()).toHaveLength(250)
})

test('what is cut off goes on where it was', async () => {
  const content = makeContent(3_000_000)
  github.inject({ kind: 'truncate', match: storage, times: 3 })
  await fetchWell(content)
  const starts = gets().map(({ headers }) =>
    Number(/^bytes=(\d+)-$/.exec(`${headers['range']}`)?.[1]),
  )
  expect(starts).toHaveLength(4)
  expect(starts.slice(1).every((start, index) => start > (starts[index] || 0))).toBe(true)
})

test.each([
  ['sends nothing more', { kind: 'stall' }],
  ['cuts the line before it answers', { kind: 'reset' }],
  ['has a bad moment', { kind: 'status', status: 503 }],
] as const)('a storage that %s is asked again', async (_, fault) => {
  github.inject({ ...fault, match: storage })
  const begun = performance.now()
  await fetchWell(makeContent(300_000), { patience: { silenceMs: 2_000, pauseMs: 20 } })
  // The client's own patience with a silent line is a minute.
  expect(performance.now() - begun).toBeLessThan(30_000)
})

test('a storage that knows no parts begins anew', async () => {
  github.inject({ kind: 'truncate', match: storage })
  github.inject({ kind: 'no-range', match: storage })
  await fetchWell(makeContent(300_000))
})

test.each([
  ['the server', /objects\/batch/],
  ['the storage', storage],
])('%s is left alone as long as it wants', async (_, match) => {
  const headers = { 'retry-after': '1' }
  github.inject({ kind: 'status', status: 429, headers, match })
  const begun = performance.now()
  await fetchWell(makeContent(2_000))
  expect(performance.now() - begun).toBeGreaterThan(990)
})

test('nobody waits for an hour', async () => {
  const headers = { 'retry-after': '3600' }
  github.inject({ kind: 'status', status: 429, headers, match: storage })
  await fetchBadly(makeContent(2_000), 'a.bin could not be fetched', 'asked again in 3600 s')
})

test('a server that is not well is asked four times by all together', async () => {
  github.inject({ kind: 'status', status: 503, match: /objects\/batch/, times: 99 })
  const contents = Array.from({ length: 9 }, (_, i) => [`${i}.bin`, makeContent(100 + i)] as const)
  const source = await findIn(checkOut(Object.fromEntries(contents)))
  const said = await fetchInto(checkouts.next(), source).then(() => 'nothing', renderError)
  expect(said).toMatch(/does not say where files of Git LFS are: 127.0.0.1:\d+ answered 503/)
  expect(batches()).toHaveLength(4)
})

test('an address that ended early is asked for once more', async () => {
  github.inject({ kind: 'status', status: 403, match: storage })
  await fetchWell(makeContent(2_000))
  expect(batches()).toHaveLength(2)
  github.inject({ kind: 'status', status: 403, match: storage, times: 2 })
  await fetchBadly(makeContent(2_000), 'answered 403 to a.bin')
})

test('another content than was promised is fetched once more, then refused', async () => {
  const content = makeContent(2_000)
  github.inject({ kind: 'flip', match: storage })
  await fetchWell(content)
  github.inject({ kind: 'flip', match: storage, times: 2 })
  await fetchBadly(makeContent(2_000), 'a.bin wrongly, twice: sha256:', 'git lfs push --all')
})

test.each([
  ['half an object', 'short', '1000 bytes in place of 2000'],
  ['twice an object', 'long', 'more than its 2000 bytes'],
] as const)('%s is refused', async (_, kind, why) => {
  github.inject({ kind, match: storage, times: 9 })
  await fetchBadly(makeContent(2_000), why)
})

test('who is over the budget is told what to do', async () => {
  github.lfs.overBudget.add('acme')
  await fetchBadly(
    makeContent(2_000),
    'Asked for 1 file of Git LFS (2.0 kB) at 127.0.0.1:',
    '/acme/models.git/info/lfs, the server answered 403: This repository exceeded its LFS budget',
    'node-files-cache',
    'buy more',
    '/settings/billing/budgets',
  )
})

test('objects that are not there are named, all of them', async () => {
  const [there, ...gone] = [makeContent(2_000), makeContent(300), makeContent(400)]
  const workspace = checkOut({ 'there.bin': there ?? Buffer.alloc(0) })
  for (const [index, each] of gone.entries())
    writeFileSync(join(workspace, `gone-${index}`), toPointer(sha256(each), each.length))
  const fetching = fetchInto(checkouts.next(), await findIn(workspace))
  await expect(fetching).rejects.toThrow(
    'does not give gone-1 (404: Object does not exist on the server), gone-0 (404',
  )
  await expect(fetching).rejects.not.toThrow('there.bin')
})

test.each([
  ['none', async () => undefined, 401, 'not valid'],
  ['a wrong one', async () => new Secret('ghs_wrong'), 401, 'not valid'],
  [
    "another repository's",
    async () => new Secret(await mint(github, { repositories: ['other'] })),
    404,
    'contents: read',
  ],
])('a token that is %s is said', async (_, given, status, remedy) => {
  const source = await findIn(checkOut({ 'a.bin': makeContent(2_000) }), { token: given })
  const said = await fetchInto(checkouts.next(), source).then(() => 'nothing', renderError)
  expect(said).toContain(`answered ${status}`)
  expect(said).toContain(remedy)
})

test("half an object in git-lfs' own store is not taken", async () => {
  const content = makeContent(2_000)
  const workspace = checkOut({ 'a.bin': content })
  const oid = sha256(content)
  const store = join(workspace, '.git/lfs/objects', oid.slice(0, 2), oid.slice(2, 4))
  mkdirSync(store, { recursive: true })
  writeFileSync(join(store, oid), Buffer.alloc(content.length))
  const folder = checkouts.next()
  await fetchInto(folder, await findIn(workspace))
  expect(readFileSync(join(folder, oid)).equals(content)).toBe(true)
})

test('a file that changes after it was looked at is refused', async () => {
  const workspace = checkOut({})
  writeFileSync(join(workspace, 'a'), 'before')
  const source = await findIn(workspace)
  writeFileSync(join(workspace, 'a'), 'behind')
  const folder = checkouts.next()
  await expect(fetchInto(folder, source)).rejects.toThrow('a was changed while')
  expect(readdirSync(folder)).toEqual([])
})

test('who ends it early finds nothing that is not whole', async () => {
  const controller = new AbortController()
  const reason = new Error('cancelled')
  github.inject({ kind: 'stall', match: storage })
  const progress = (done: number) => void (done > 0 && controller.abort(reason))
  const order = { signal: controller.signal, progress }
  const { folder, fetched } = await fetchOne(makeContent(300_000), {}, order)
  await expect(fetched).rejects.toBe(reason)
  expect(readdirSync(folder)).toEqual([])
})

test('more than the disk holds is refused before anything comes', async () => {
  const workspace = checkouts.checkOut({ a: toPointer('a'.repeat(64), 10 ** 15) }, remote())
  const fetching = fetchInto(checkouts.next(), await findIn(workspace))
  await expect(fetching).rejects.toThrow('Files of 1000 TB are to come')
  expect(github.requests).toEqual([])
  const full = Object.assign(new Error('ENOSPC: no space'), { code: 'ENOSPC' })
  const wanted = { sha256: '', sizeBytes: 5, path: 'a.bin' }
  expect(renderError(explainWrite(full, '/folder', wanted))).toContain(
    'The disk of /folder is full',
  )
})

test.each([
  ['outside of the workspace', '../other', 'leads out of the workspace'],
  ['an absolute path', '/etc', 'leads out of the workspace'],
  ['a link out of it', 'out', 'leads out of the workspace, to /etc'],
  ['nothing', 'models/none', 'lfs:models/none is not in the workspace'],
  ['of git', '.git/config', 'no folder and no file of the checkout'],
  ['a pipe in a folder', 'odd', 'leads out of what is taken'],
  ['two sizes of one object', 'sizes', 'are said to be the same'],
  ['a broken pointer', 'broken', 'sub/broken/a is no pointer of Git LFS'],
])('%s is refused', async (_, path, why) => {
  const oid = 'a'.repeat(64)
  const files = {
    'sizes/a': toPointer(oid, 1),
    'sizes/b': toPointer(oid, 2),
    'broken/a': `${toPointer(oid, 1)}more 1\n`,
    'odd/a': '',
  }
  const workspace = checkouts.checkOut(files, remote())
  symlinkSync('/etc', join(workspace, 'out'))
  symlinkSync('../sizes', join(workspace, 'odd/link'))
  const said = await findIn(workspace, { path }).then(() => 'nothing', renderError)
  expect(said).toContain(why.replace('sub/', ''))
})

test('a submodule, and another server, are told before anything is done', async () => {
  const workspace = checkOut({ 'sub/a.bin': makeContent(2_000) })
  writeFileSync(join(workspace, 'sub/.git'), 'gitdir: ../.git/modules/sub\n')
  await expect(findIn(workspace, { path: 'sub' })).rejects.toThrow('is in a submodule')
  const elsewhere = checkOut({ 'a.bin': makeContent(2_000) })
  writeFileSync(join(elsewhere, '.lfsconfig'), '[lfs]\nurl = https://lfs.example.com\n')
  await expect(findIn(elsewhere)).rejects.toThrow('names https://lfs.example.com')
})

test("what has no git is the job's repository", async () => {
  const content = makeContent(2_000)
  const { pointer } = github.addLfsObject('acme/models', content)
  const workspace = checkouts.checkOut({ 'a.bin': pointer })
  const source = await findIn(workspace, { repository: 'acme/models' })
  expect((await fetchInto(checkouts.next(), source)).names).toEqual([sha256(content)])
})

test('progress is said as often as people can read it', () => {
  const told: number[] = []
  let nowMs = 0
  const progress = createProgress(
    100,
    (done) => void told.push(done),
    () => nowMs,
  )
  for (const [ms, bytes] of [
    [0, 1],
    [100, 1],
    [249, 1],
    [250, 1],
    [300, 1],
  ] as const) {
    nowMs = ms
    progress.add(bytes)
  }
  progress.end()
  expect(told).toEqual([1, 4, 5])
})
