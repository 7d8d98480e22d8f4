import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EngineApi } from '../../../../src/docker/engine-api.ts'
import { renderError } from '../../../../src/failure.ts'
import { findImageSource } from '../../../../src/files/sources/docker/image-source.ts'
import type { Tree } from '../../../../src/files/sources/source.ts'
import type { ContainerImage } from '../../../../src/image/image.ts'
import { file, folder, hardLink, link, tar } from '../../../support/artifacts.ts'

let root = ''
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'slipway-image-'))
})
afterAll(() => rmSync(root, { recursive: true }))

const image = {
  id: `sha256:${'a'.repeat(64)}`,
  references: [{ given: 'acme/model:v3' }],
  sizeBytes: 1e9,
} as unknown as ContainerImage

/** Docker, which has an archive for each path that may be asked for. */
const having = (archives: Readonly<Record<string, Buffer>>) => {
  const removed: string[] = []
  const api = {
    post: async () => ({ Id: 'c1' }),
    download: async (from: string) => {
      const archive = archives[new URL(from, 'http://docker').searchParams.get('path') ?? '']
      return archive && Readable.from([archive])
    },
    remove: async (path: string) => void removed.push(path),
  } as unknown as EngineApi
  return { api, removed }
}

const fetchFrom = async (archives: Readonly<Record<string, Buffer>>, path: string) => {
  const into = mkdtempSync(join(root, 'x-'))
  const { api, removed } = having(archives)
  const order = {
    folder: into,
    has: new Set<string>(),
    progress: () => {},
    signal: new AbortController().signal,
  }
  const tree = await findImageSource(api, image, path, 'a'.repeat(16)).fetch(order)
  return { tree, into, removed }
}

const namesOf = ({ files, links, emptyFolders }: Tree) => ({
  files: files.map(({ path }) => path),
  links,
  emptyFolders,
})

const models = tar(
  folder('models/'),
  folder('models/models/'),
  file('models/models/a', 'a'),
  file('models/b', 'b'),
  link('models/latest', 'b'),
  folder('models/empty/'),
)

test('a folder comes without its own name before what is in it, and its container goes with its volumes', async () => {
  const { tree, removed } = await fetchFrom({ '/models': models }, '/models')
  expect(tree.isFile).toBe(false)
  expect(namesOf(tree)).toEqual({
    files: ['b', 'models/a'],
    links: [{ path: 'latest', target: 'b' }],
    emptyFolders: ['empty'],
  })
  expect(removed).toEqual(['/containers/c1?force=true&v=true'])
})

test('a file is one, under its name', async () => {
  const { tree, into } = await fetchFrom({ '/m/a.bin': tar(file('a.bin', 'a')) }, '/m/a.bin')
  expect([tree.isFile, tree.files.length, tree.files[0]?.path]).toEqual([true, 1, 'a.bin'])
  expect(readFileSync(join(into, tree.files[0]?.sha256 ?? ''), 'utf8')).toBe('a')
})

/** As Docker packs a container's root that is asked for by `/.`, with what it has put there itself. */
const scratch = (...own: readonly Buffer[]): Buffer =>
  tar(
    folder('./'),
    file('./.dockerenv', '', 0o755),
    folder('./dev/'),
    file('./dev/console', '', 0o755),
    folder('./dev/pts/'),
    folder('./dev/shm/'),
    folder('./etc/'),
    file('./etc/hostname', '', 0o755),
    file('./etc/hosts', '', 0o755),
    link('./etc/mtab', '/proc/mounts'),
    file('./etc/resolv.conf', '', 0o755),
    ...own,
    folder('./proc/'),
    folder('./sys/'),
  )

test.each(['/', '//', '/.', '/./'])('all of an image is what is in its root: %s', async (path) => {
  const own = [
    file('./etc/model.json', '{}'),
    file('./llm.bin', 'x'),
    hardLink('./same.bin', './llm.bin'),
    folder('./tokens/'),
    file('./tokens/dev', 'y'),
  ]
  const { tree } = await fetchFrom({ '/.': scratch(...own) }, path)
  expect(tree.isFile).toBe(false)
  expect(namesOf(tree)).toEqual({
    files: ['etc/model.json', 'llm.bin', 'same.bin', 'tokens/dev'],
    links: [],
    emptyFolders: [],
  })
})

test('a root with one file is a folder, and one with nothing of its own is refused', async () => {
  const { tree } = await fetchFrom({ '/.': scratch(file('./llm.bin', 'x')) }, '/')
  expect([tree.isFile, namesOf(tree).files]).toEqual([false, ['llm.bin']])
  await expect(fetchFrom({ '/.': scratch() }, '/').catch((e) => renderError(e))).resolves.toBe(
    'image://acme/model:v3:/ cannot be had: It has no files',
  )
})

test.each([
  ['/models/latest', 'v3', '/models/v3'],
  ['/models/latest', '../data/v3', '/data/v3'],
  ['/models/latest', '/data/v3', '/data/v3'],
])('the link %s to %s is told as one, with what to write', async (path, target, end) => {
  const asking = fetchFrom({ [path]: tar(link('latest', target)) }, path)
  expect(await asking.catch((error) => renderError(error))).toBe(
    `image://acme/model:v3:${path} cannot be had: It is a link to "${target}". Name what that is: image://acme/model:v3:${end}`,
  )
})

test('what a link leads to is shown in one line, whoever wrote it', async () => {
  const asking = fetchFrom({ '/l': tar(link('l', 'a\n::set-env name=x::y')) }, '/l')
  expect(await asking.catch((error) => renderError(error))).not.toContain('\n')
})

test('what the image does not have is told', async () => {
  const asking = fetchFrom({}, '/nowhere')
  expect(await asking.catch((error) => renderError(error))).toContain('it has no /nowhere')
})

test('paths have keys of their own, however long they are', () => {
  const keyOf = (path: string, of = image) => findImageSource(having({}).api, of, path, 'r').key
  const long = `/opt/${'x'.repeat(150)}`
  expect(keyOf(`${long}/a`)).not.toBe(keyOf(`${long}/b`))
  expect(keyOf('/models')).toBe(keyOf('/models'))
  expect(keyOf('/models')).not.toBe(keyOf('/models', { ...image, id: `sha256:${'b'.repeat(64)}` }))
})
