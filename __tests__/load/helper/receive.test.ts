import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { callHelper } from '../../support/helper-shell.ts'
import { type Entry, file, folder, hardLink, symlink, writeTar } from '../../support/hostile/tar.ts'
import { rootTest } from '../../support/root.ts'

const parts = ['record', 'source', 'names', 'stage', 'entries', 'receive']
const longest = 'n'.repeat(255)

let place: string
let canary: string
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'slipway-receive-'))
  canary = join(place, 'canary')
  mkdirSync(join(canary, 'folder'), { recursive: true, mode: 0o750 })
  writeFileSync(join(canary, 'file'), 'kept', { mode: 0o640 })
})
afterEach(() => rm(place, { recursive: true }))

/** All that can change of the canary. */
const stateOfCanary = (): readonly string[] =>
  [canary, join(canary, 'file'), join(canary, 'folder')].map((path) => {
    const { mode, uid, gid, mtimeNs, ctimeNs, nlink } = lstatSync(path, { bigint: true })
    return [mode, uid, gid, mtimeNs, ctimeNs, nlink].join(' ')
  })

/** Unpacks layers on each other, as a stream does; the canary must stay as it is. */
const receive = async (...layers: readonly (readonly Entry[])[]) => {
  const tars = layers.map(writeTar)
  const before = stateOfCanary()
  await writeFile(join(place, 'stream'), Buffer.concat(tars))
  const digests = tars.map((tar) => `sha256:${createHash('sha256').update(tar).digest('hex')}`)
  const result = await callHelper(
    parts,
    place,
    `exec 3<"$work/stream"
    diffs=(${digests.join(' ')}) unpackers=(${tars.map(() => 'cat').join(' ')}) present=()
    ${tars.map(({ length }, i) => `receive_layer ${length} ${i}; give_parents_attributes ${i}; present[${i}]=$staging/$run/to/${i}`).join('\n')}`,
  )
  expect(stateOfCanary()).toEqual(before)
  expect(readdirSync(canary)).toEqual(['file', 'folder'])
  return result
}

/** What is in an unpacked layer: paths with their types and modes. */
const treeOf = (layer: number): readonly string[] => {
  const top = join(place, 'staging/test/to', String(layer))
  const list = (path: string): readonly string[] =>
    readdirSync(Buffer.from(join(top, path), 'latin1'), { encoding: 'latin1' })
      .sort()
      .flatMap((name) => {
        const inner = join(path, name)
        const status = lstatSync(Buffer.from(join(top, inner), 'latin1'))
        const mode = status.mode.toString(8)
        return [`${mode} ${inner}`, ...(status.isDirectory() ? list(inner) : [])]
      })
  return list('')
}

const timeOf = (layer: number, path: string): number =>
  lstatSync(join(place, 'staging/test/to', String(layer), path)).mtimeMs / 1_000

describe('is refused with one line', () => {
  test.each<readonly [string, readonly Entry[], RegExp]>([
    ['a way up', [file('a/../../b')], /"a\/\.\.\/\.\.\/b" leads up/],
    ['a way up at the end', [folder('a/..')], /leads up/],
    ['a way through a link', [symlink('a', 'b'), folder('b'), file('a/x')], /no folder/],
    ['a way through a link that leaves', [symlink('a', '../../canary'), file('a/x')], /no folder/],
    [
      'a way through a link that is a folder afterwards',
      [symlink('a', 'b'), folder('b'), file('a/x'), folder('a')],
      /no folder/,
    ],
    ['a way through a file', [file('a'), file('a/x')], /no folder/],
    ['a folder that becomes a link', [folder('a'), symlink('a', '/')], /and something else/],
    ['a link that becomes a folder', [symlink('a', '/'), folder('a')], /and something else/],
    ['a hard link to what is outside', [hardLink('a', '../../../canary/file')], /leads up/],
    ['a hard link to what is not there', [hardLink('a', '/etc/passwd')], /no file before it/],
    ['a hard link to itself', [hardLink('a', 'a')], /no file before it/],
    ['a hard link through a link', [symlink('a', '.'), file('b'), hardLink('c', 'a/b')], /no file/],
    [
      'one file with two owners',
      [file('a'), hardLink('b', 'a', { owner: 1 })],
      /"b" and "a" are one file and not the same/,
    ],
    ['a hard link that leads up in between', [file('b'), hardLink('c', 'x/../b')], /leads up/],
    ['a whiteout of nothing', [file('a/.wh.')], /a whiteout of ""/],
    ['a whiteout of the folder itself', [file('a/.wh..')], /a whiteout of "\."/],
    ['a whiteout of the folder above', [file('a/.wh...')], /a whiteout of "\.\."/],
    ['a whiteout that is a link', [symlink('.wh.a', '/')], /whiteout and no file/],
    ['a whiteout that is a folder', [folder('.wh.a')], /whiteout and no file/],
    ['what is below a whiteout', [file('a/.wh.b/c')], /below a whiteout/],
    ['what is there and removed', [file('a'), file('.wh.a')], /there and removed/],
    ['what is removed twice', [file('.wh.a'), file('.wh.a')], /there and removed/],
    ['a file below what is removed', [file('.wh.a'), file('a/b')], /no folder/],
    ['a whiteout below a link', [symlink('a', '/'), file('a/.wh.b')], /no folder/],
    ['an opaque link', [symlink('a', '/'), file('a/.wh..wh..opq')], /no folder/],
    ['a type that nobody knows', [{ name: 'a', type: '7' }], /unknown type/],
    [
      "overlay's own attributes",
      [folder('a', { attributes: { 'trusted.overlay.opaque': 'y' } })],
      /has the attribute trusted\.overlay\.opaque/,
    ],
    [
      'attributes of a folder that is there',
      [file('a/x'), folder('a', { attributes: { 'user.a': '1' } })],
      /attributes after/,
    ],
    [
      'a folder of two minds',
      [folder('a'), file('a/x'), folder('a', { mode: 0o700 })],
      /comes twice and is not the same/,
    ],
    ['a top that is no folder', [symlink('./', '/')], /its top is no folder/],
    ['a long name', [file(`${longest}n`)], /./],
    [
      'a line break in what is refused',
      [symlink('a\n\x1b[2J', 'b'), file('a\n\x1b[2J/x')],
      /\\n\\033/,
    ],
  ])('%s', async (_, entries, why) => {
    const { code, said } = await receive(entries)
    expect(said).toMatch(why)
    expect(said).toMatch(/^unpacking the layer sha256:\w{64}: [\x20-\x7e]+\n$/)
    expect(code).toBe(1)
  })
})

describe('is unpacked as it is', () => {
  rootTest('with names that no line can hold', async () => {
    const names = [
      'a\n',
      'a',
      '\n',
      ' ',
      '-rf',
      '*',
      '?[a]',
      'a\tb',
      'a\\',
      '\\n',
      '"',
      '\xff\xfe',
      longest,
    ]
    const entries = names.flatMap((name) => [folder(`d${name}`.slice(0, 255)), file(name, 'x')])
    const { code, said } = await receive([...entries, file('.slipway-whiteouts/a', 'x')])
    expect(said).toBe('')
    expect(code).toBe(0)
    expect(treeOf(0)).toEqual(expect.arrayContaining(names.flatMap((name) => [`100644 ${name}`])))
    expect(treeOf(0)).toContain('100644 .slipway-whiteouts/a')
  })

  rootTest(
    'with a folder that no entry names, beside a link that is called like its first line',
    async () => {
      const lower = [folder('l', { mode: 0o777 }), folder('l/folder', { mode: 0o777, owner: 9 })]
      const upper = [symlink('l', canary), file('a\nl/folder/x', 'x'), file('l\n/x', 'x')]
      const { code } = await receive(lower, upper)
      expect(code).toBe(0)
      expect(treeOf(1)).toEqual([
        '40755 a\nl',
        '40755 a\nl/folder',
        '100644 a\nl/folder/x',
        '120777 l',
        '40755 l\n',
        '100644 l\n/x',
      ])
    },
  )

  rootTest('with the attributes that a folder has below, and its times', async () => {
    const lower = [
      folder('a', { mode: 0o1777, owner: 3, seconds: 5 }),
      folder('a/b\n', { mode: 0o700, group: 4, seconds: 6 }),
      file('a/b\n/old'),
    ]
    await receive(lower, [file('a/b\n/.wh.old')])
    expect(treeOf(1)).toEqual(['41777 a', '40700 a/b\n', '20644 a/b\n/old'])
    expect([timeOf(1, 'a'), timeOf(1, 'a/b\n')]).toEqual([5, 6])
  })

  rootTest('with no attributes of what is a link below', async () => {
    const { code } = await receive([symlink('a', `${place}/canary`)], [file('a/x')])
    expect(code).toBe(0)
    expect(treeOf(1)).toEqual(['40755 a', '100644 a/x'])
  })

  rootTest('with whiteouts of odd names, and folders that keep their times', async () => {
    const names = [
      'a\n',
      '-x',
      ' ',
      '*',
      '\xff',
      'tab\t',
      'back\\n',
      'n'.repeat(250),
      'n'.repeat(255),
    ]
    const removed = names.map((name) => file(`d/.wh.${name}`))
    const { code, said } = await receive([
      folder('d', { seconds: 7 }),
      ...removed,
      folder('e', { seconds: 8 }),
      file('e/.wh..wh..opq'),
      file('.wh..wh.plnk'),
    ])
    expect(said).toBe('')
    expect(code).toBe(0)
    expect(treeOf(0)).toEqual([
      '40755 d',
      ...names.map((name) => `20644 d/${name}`).sort((a, b) => (a < b ? -1 : 1)),
      '40755 e',
    ])
    expect([timeOf(0, 'd'), timeOf(0, 'e')]).toEqual([7, 8])
  })

  rootTest('with names whose bytes would be others with the digits after them', async () => {
    // Quoted these are \\005 and a 6 or 7; \\0056 and \\0057 would be a dot and a slash.
    const up = '\x056\x056\x057'.repeat(4)
    const names = [`${up}canary\x057folder`, '\x01\x02\x7f2', 'say "no"', 'a\\x']
    const { code, said } = await receive(
      names.map((name) => folder(name, { mode: 0o777, owner: 9 })),
      names.map((name) => file(`${name}/.wh.gone`)),
    )
    expect(said).toBe('')
    expect(code).toBe(0)
    const changed = names.toSorted().flatMap((name) => [`40777 ${name}`, `20644 ${name}/gone`])
    expect(treeOf(1)).toEqual(changed)
  })

  rootTest('with entries that come again', async () => {
    const again = [folder('a'), file('a/b', '1'), folder('./a/'), symlink('a/b', '/')]
    const { code } = await receive([...again, file('.wh.c'), folder('c')])
    expect(code).toBe(0)
    expect(treeOf(0)).toEqual(['40755 a', '120777 a/b', '40755 c'])
  })

  rootTest('with folders that come after what is in them', async () => {
    const late = folder('a', { mode: 0o750, owner: 9, seconds: 7 })
    const { code } = await receive([file('a/b'), file('a/.wh.c'), late])
    expect(code).toBe(0)
    expect(treeOf(0)).toEqual(['40750 a', '100644 a/b', '20644 a/c'])
    expect(timeOf(0, 'a')).toBe(7)
  })

  rootTest('without ACLs that are no attributes, as Docker has it', async () => {
    const acl = 'user::rw-,user:7:rwx,group::r--,mask::rwx,other::r--'
    const { code } = await receive([file('a', '', { attributes: { 'SCHILY.acl.access': acl } })])
    expect(code).toBe(0)
    expect(treeOf(0)).toEqual(['100644 a'])
  })

  rootTest('with absolute names, dots and doubled slashes', async () => {
    const { code } = await receive([file('/a//./b', 'x'), hardLink('c', '/a/b'), file('./.wh.d')])
    expect(code).toBe(0)
    expect(treeOf(0)).toEqual(['40755 a', '100644 a/b', '100644 c', '20644 d'])
  })
})

describe("a layer that lies in the builder's folder", () => {
  /** Unpacks a file that is in the place of a layer's blob. */
  const receiveHere = async (put: (path: string, tar: Buffer) => void) => {
    const tar = writeTar([folder('a'), file('a/b', 'content'), file('.wh.c')])
    const hex = createHash('sha256').update(tar).digest('hex')
    mkdirSync(join(place, 'layout'))
    put(join(place, 'layout', hex), tar)
    const script = `exec 3</dev/null
      layout=$1/layout diffs=(sha256:${hex}) unpackers=(cat) present=()
      receive_layer here 0`
    return callHelper(parts, place, script)
  }

  rootTest('is unpacked as one that comes through a pipe', async () => {
    expect(await receiveHere(writeFileSync)).toEqual({ code: 0, said: '' })
    expect(treeOf(0)).toEqual(['40755 a', '100644 a/b', '20644 c'])
  })

  test.each<readonly [string, (path: string, tar: Buffer) => void, RegExp]>([
    [
      'is empty',
      (path) => writeFileSync(path, ''),
      /left the layer .* out, which the node lacks$/m,
    ],
    ['is not there', () => {}, /left the layer .* out/],
    [
      'is a link',
      (path, tar) => {
        writeFileSync(`${path}.elsewhere`, tar)
        symlinkSync(`${path}.elsewhere`, path)
      },
      /left the layer .* out/,
    ],
    [
      'is another one',
      (path) => writeFileSync(path, writeTar([file('x')])),
      /what came as the layer sha256:\w+ has the digest/,
    ],
    ['is no tar', (path) => writeFileSync(path, 'x'.repeat(1_024)), /unpacking the layer/],
  ])('is refused where it %s', async (_name, put, expected) => {
    const { code, said } = await receiveHere(put)
    expect([code, said]).toEqual([1, expect.stringMatching(expected)])
  })
})
