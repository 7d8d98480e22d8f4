import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Tree } from '../../src/files/sources/source.ts'
import { toFolders, toTreeId } from '../../src/files/tree-id.ts'

const entry = (path: string, sha256 = 'a'.repeat(64), isExecutable = false) => ({
  path,
  sizeBytes: 1,
  isExecutable,
  sha256,
})

const tree = (change: Partial<Tree> = {}): Tree => ({
  isFile: false,
  files: [entry('a'), entry('b/c')],
  links: [{ path: 'l', target: 'a' }],
  emptyFolders: ['e'],
  ...change,
})

describe('the id of a tree', () => {
  const usual = toTreeId(tree(), false)

  test('is 16 signs, whatever the order is', () => {
    expect(usual).toMatch(/^[0-9a-f]{16}$/)
    const { files } = tree()
    expect(toTreeId(tree({ files: files.toReversed() }), false)).toBe(usual)
  })

  test.each<[string, Tree, boolean]>([
    ['who may write', tree(), true],
    ['a file of its own', tree({ isFile: true }), false],
    ['bytes', tree({ files: [entry('a', 'b'.repeat(64)), entry('b/c')] }), false],
    ['a name', tree({ files: [entry('A'), entry('b/c')] }), false],
    ['who may run it', tree({ files: [entry('a', undefined, true), entry('b/c')] }), false],
    ['one file less', tree({ files: [entry('a')] }), false],
    ['where a link leads', tree({ links: [{ path: 'l', target: 'b/c' }] }), false],
    ['a link that is a folder', tree({ links: [], emptyFolders: ['e', 'l'] }), false],
    ['an empty folder', tree({ emptyFolders: [] }), false],
  ])('is another with %s', (_, other, isWritable) => {
    expect(toTreeId(other, isWritable)).not.toBe(usual)
  })
})

describe('the folders of a tree', () => {
  test('are each there once, and after those that they are in', () => {
    const deep = tree({
      files: [entry('a/b/c/d'), entry('a/b/e'), entry('top')],
      links: [{ path: 'x/l', target: '../top' }],
      emptyFolders: ['y/z'],
    })
    expect(toFolders(deep)).toEqual(['a', 'a/b', 'a/b/c', 'x', 'y', 'y/z'])
  })

  test('hold for every tree', () => {
    const name = fc.stringMatching(/^[a-c.-]{1,2}$/)
    const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((names) => names.join('/'))
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 12 }), (paths) => {
        const folders = toFolders(tree({ files: paths.map((each) => entry(each)), links: [] }))
        expect(new Set(folders).size).toBe(folders.length)
        for (const each of [...paths, ...folders]) {
          const parent = each.split('/').slice(0, -1).join('/')
          if (parent === '') continue
          expect(folders).toContain(parent)
          const at = folders.indexOf(each)
          if (at >= 0) expect(folders.indexOf(parent)).toBeLessThan(at)
        }
      }),
    )
  })
})
