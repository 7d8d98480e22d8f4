import { createHash } from 'node:crypto'
import { mkdirSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findBrokenBlobs } from '../../src/files/sources/hugging-face.ts'
import { makeWorld } from '../support/files-world.ts'

const target = '/var/local/models'
const hex = (text: string): string => createHash('sha256').update(text).digest('hex')
let world: ReturnType<typeof makeWorld>
beforeEach(() => {
  world = makeWorld()
})
afterEach(() => world.remove())

/** The same file as git would write it: with another inode. */
const rewrite = (path: string, content: string): void => {
  world.write(`${path}.new`, content)
  renameSync(join(world.source, `${path}.new`), join(world.source, path))
}

test('a digest that is known brings a file from the store, and its bytes are not read', async () => {
  world.write('a', 'one')
  await world.sync(target)
  rewrite('a', 'two')
  const digests = { a: hex('one') }
  expect(await world.sync(target, { digests })).toMatchObject({ copiedBytes: 0 })
  rewrite('a', 'three')
  await expect(world.sync(target, { digests: { a: hex('other') } })).rejects.toThrow(
    /a has the digest [0-9a-f]{64}, and not/,
  )
})

test("a name of Hugging Face's cache is compared with the bytes", async () => {
  const cache = 'hub/models--acme--small'
  const name = `${cache}/blobs/${hex('weights')}`
  world.write(name, 'weights')
  mkdirSync(join(world.source, cache, 'snapshots/0123'), { recursive: true })
  symlinkSync(
    `../../blobs/${hex('weights')}`,
    join(world.source, cache, 'snapshots/0123/model.safetensors'),
  )
  expect(await world.sync(target)).toMatchObject({ copiedBytes: 7, placed: { length: 2 } })
  rewrite(name, 'weights')
  expect(await world.sync(target)).toMatchObject({ copiedBytes: 0 })
  rewrite(name, 'WEIGHTS')
  await expect(world.sync(target)).rejects.toThrow(
    `1 file of a cache of Hugging Face is not what the name says: ${name}`,
  )
})

test('other folders may have such names', () => {
  const file = { sizeBytes: 1, isExecutable: false, sha256: hex('b') }
  const tree = { isFile: false, links: [], emptyFolders: [] }
  const files = [{ ...file, path: `blobs/${hex('a')}` }]
  expect(findBrokenBlobs({ ...tree, files })).toEqual([])
  const links = [{ path: 'snapshots/1/a', target: `../../blobs/${hex('a')}` }]
  expect(findBrokenBlobs({ ...tree, files, links })).toEqual([`blobs/${hex('a')}`])
})
