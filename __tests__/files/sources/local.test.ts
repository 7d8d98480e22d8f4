import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findLocalSource } from '../../../src/files/sources/local.ts'
import { eventually } from '../../support/eventually.ts'

let root = ''

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'slipway-local-'))
})

afterEach(() => rmSync(root, { recursive: true }))

const write = (path: string, content: string | Buffer = path): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}

const link = (target: string, path: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  symlinkSync(target, join(root, path))
}

const find = (path = '') => findLocalSource(join(root, path), path || 'models')

const pathsOf = (path = ''): readonly string[] => find(path).files.map((each) => each.path)

describe('a folder', () => {
  test('is its files, links and empty folders, with who may run what', () => {
    write('a.bin', 'four')
    write('deep/run.sh', 'x')
    chmodSync(join(root, 'deep/run.sh'), 0o750)
    link('../a.bin', 'deep/link')
    mkdirSync(join(root, 'empty'))
    const { isFile, files, links, emptyFolders, sizeBytes, folder, pointers } = find()
    expect({ isFile, links, emptyFolders, sizeBytes, folder, pointers }).toEqual({
      isFile: false,
      links: [{ path: 'deep/link', target: '../a.bin' }],
      emptyFolders: ['empty'],
      sizeBytes: 5,
      folder: root,
      pointers: [],
    })
    expect(
      files.map(({ path, sizeBytes, isExecutable, sha256 }) => [
        path,
        sizeBytes,
        isExecutable,
        sha256,
      ]),
    ).toEqual([
      ['a.bin', 4, false, undefined],
      ['deep/run.sh', 1, true, undefined],
    ])
  })

  test('keeps odd names as they are', () => {
    const names = ['a b', 'tab\there', 'line\nend', "it's $(odd)", '-rf', '…', '*', '\\', '.hidden']
    for (const name of names) write(name, 'x')
    expect(pathsOf().toSorted()).toEqual(names.toSorted())
  })

  test('of a single file is that file', () => {
    write('models/a.bin', 'x')
    const { isFile, files, folder } = find('models/a.bin')
    expect([isFile, files.map(({ path }) => path), folder]).toEqual([
      true,
      ['a.bin'],
      join(root, 'models'),
    ])
  })

  test('that is a link is where it leads', () => {
    write('real/a.bin')
    link('real', 'models')
    expect(find('models').folder).toBe(join(root, 'real'))
  })

  test('has two names of a file twice', () => {
    write('a')
    linkSync(join(root, 'a'), join(root, 'b'))
    expect(pathsOf()).toEqual(['a', 'b'])
  })

  test('is without what git keeps of it, and only at its top', () => {
    write('.git/objects/x')
    write('.gitattributes')
    write('sub/.git/x')
    expect(pathsOf()).toEqual(['.gitattributes', 'sub/.git/x'])
  })
})

describe("a cache of Hugging Face's", () => {
  test('comes with its links, without locks and second copies', () => {
    const model = 'hub/models--org--name'
    write(`${model}/blobs/abc`, 'weights')
    write(`${model}/refs/main`, 'commit')
    link('../../blobs/abc', `${model}/snapshots/commit/model.safetensors`)
    write('hub/.locks/models--org--name/abc.lock')
    write('hub/xet/chunks/1')
    const { files, links } = find('hub')
    expect(files.map(({ path }) => path)).toEqual([
      'models--org--name/blobs/abc',
      'models--org--name/refs/main',
    ])
    expect(links).toEqual([
      {
        path: 'models--org--name/snapshots/commit/model.safetensors',
        target: '../../blobs/abc',
      },
    ])
  })

  test.each(['models--org--name', 'datasets--org--name', 'spaces--org--name'])(
    'is known by its folder %s, also where the home of the cache is named',
    (name) => {
      write(`home/hub/${name}/refs/main`)
      write('home/hub/.locks/a.lock')
      write('home/xet/chunks/1')
      write('home/stored_tokens')
      expect(pathsOf('home')).toEqual([`hub/${name}/refs/main`, 'stored_tokens'])
      expect(pathsOf('home/hub')).toEqual([`${name}/refs/main`])
    },
  )

  test('is none where only names are like it: all files come', () => {
    write('xet/mine.py')
    write('deep/.locks/a')
    write('deep/xet')
    write('deep/hub/models/a')
    expect(pathsOf()).toEqual(['deep/.locks/a', 'deep/hub/models/a', 'deep/xet', 'xet/mine.py'])
    write('hub', 'no folder')
    expect(pathsOf()).toContain('xet/mine.py')
  })

  test('with a link that leads out by way of another one is refused', () => {
    write('models/deep/er/a', '1')
    link('../..', 'models/deep/er/up')
    link('deep/er/up/../x', 'models/out')
    expect(() => find('models')).toThrow(/has a link that no node can be given/)
  })

  test('of which a snapshot alone is named is refused: its links lead out', () => {
    write('hub/m/blobs/abc', 'weights')
    write('hub/m/snapshots/commit/config.json')
    link('../../blobs/abc', 'hub/m/snapshots/commit/model.safetensors')
    expect(() => find('hub/m/snapshots/commit')).toThrow(
      /model\.safetensors is a link that leads out of hub\/m\/snapshots\/commit/,
    )
  })
})

describe('is refused', () => {
  test.each([
    ['/etc/passwd', 'l'],
    ['..', 'l'],
    ['../models2/x', 'l'],
    ['../../x', 'deep/l'],
    ['a/../../x', 'l'],
    ['./..', 'l'],
  ])('a link to %s at %s', (target, path) => {
    write('a/x')
    link(target, path)
    expect(() => find()).toThrow(/models\/\S*l is a link that leads out of models/)
  })

  test('and no link that stays within, though nothing is there', () => {
    write('a/x')
    link('a/../b/none', 'l')
    link('../l', 'a/up')
    link('.', 'self')
    expect(find().links.map(({ path }) => path)).toEqual(['a/up', 'l', 'self'])
  })

  test('a name that is not UTF-8', () => {
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x61, 0xff, 0x62])]), 'x')
    expect(() => find()).toThrow(/has a name that is not UTF-8/)
  })

  test('a pipe, before anybody waits for what nobody writes', () => {
    write('a')
    execFileSync('mkfifo', [join(root, 'pipe')])
    expect(() => find()).toThrow(/models\/pipe is neither a file, a folder nor a link/)
    expect(() => find('pipe')).toThrow(/pipe is neither a file nor a folder/)
  })

  test('a folder without a file', () => {
    mkdirSync(join(root, 'deep/empty'), { recursive: true })
    link('deep', 'l')
    expect(() => find()).toThrow(/models has no files/)
  })

  test('more entries than a node is given', () => {
    for (const name of ['a', 'b/c', 'd']) write(name)
    expect(findLocalSource(root, 'models', 4).files).toHaveLength(3)
    expect(() => findLocalSource(root, 'models', 3)).toThrow(
      /models has more than 3 files and folders/,
    )
  })
})

const pointer = (bytes = 12_345): string =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize ${bytes}\n`

test('pointers of Git LFS are told apart from what resembles them', () => {
  write('model.bin', pointer())
  write('README.md', `# On pointers\n${pointer()}`)
  write('short', 'version https://git-lfs.github.com/spec/v1\n')
  write('long', `${pointer()}${'x'.repeat(1_024)}`)
  link('model.bin', 'l')
  expect(find().pointers).toEqual(['model.bin'])
})

describe('the key', () => {
  /** As after a checkout some time ago. */
  const age = (path: string): void => utimesSync(join(root, path), 1_700_000_000, 1_700_000_000)

  /** The time of its last change cannot be set, so it is waited for. */
  const keyOf = async (path = ''): Promise<string> => {
    let key: string | undefined
    await eventually('the files have been quiet', async () => {
      key = find(path).key
      return key !== undefined
    })
    return key ?? ''
  }

  test('is none while times would not tell a change', async () => {
    write('a')
    age('a')
    expect(find().key).toBeUndefined()
    const [folder, file] = [await keyOf(), await keyOf('a')]
    expect(folder).toMatch(/^[0-9a-f]{64}$/)
    expect(find().key).toBe(folder)
    // A folder of one file is none of that file.
    expect(file).not.toBe(folder)
    mkdirSync(join(root, 'empty'))
    const withFolder = await keyOf()
    expect(withFolder).not.toBe(folder)
    link('a', 'l')
    const withLink = await keyOf()
    expect(withLink).not.toBe(withFolder)
    chmodSync(join(root, 'a'), 0o755)
    expect(find().key).toBeUndefined()
  })
})
