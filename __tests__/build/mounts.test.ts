import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { CacheMount } from '../../src/build/dockerfile/cache-mounts.ts'
import { toDockerfile } from '../../src/build/mounts/builder-step.ts'
import { chooseMounts, toMountStart } from '../../src/build/mounts/choose-mounts.ts'
import { parsePresent } from '../../src/build/mounts/find-present.ts'
import {
  emptyIndex,
  type MountIndex,
  parseIndex,
  planEntries,
  renderIndex,
} from '../../src/build/mounts/mount-index.ts'
import { parseTree, type TreeItem } from '../../src/build/mounts/tree.ts'
import type { Target } from '../../src/build/target.ts'

const workspace = mkdtempSync(join(tmpdir(), 'mounts-'))
afterAll(() => rmSync(workspace, { recursive: true }))

const toMount = (id: string, more: Partial<CacheMount> = {}): CacheMount => ({
  ...{ id, uid: undefined, gid: undefined, mode: undefined, sharing: 'shared', ...more },
})

const toTarget = (name: string, lines: readonly string[], args = {}): Target => {
  writeFileSync(join(workspace, name), lines.join('\n'))
  const definition = { context: '.', dockerfile: name, args }
  return { name, bake: { name, definition } } as unknown as Target
}

const run = (options: string): string => `RUN --mount=type=cache,${options} make`

test('ids are found in the Dockerfiles of what is built', () => {
  const targets = [
    toTarget('api', ['FROM a', run('target=/pip'), run('id=go,target=/go')]),
    toTarget('web', ['FROM a', run('target=/pip,sharing=locked'), run('target=/pip,uid=7')]),
    toTarget('db', ['FROM a', run('target=/npm')]),
  ]
  expect(chooseMounts(['/pip'], targets, workspace)).toEqual({
    mounts: [toMount('/pip', { sharing: 'locked' }), toMount('/pip', { uid: '7' })],
    users: ['api', 'web'],
  })
  expect(chooseMounts([], targets, workspace)).toEqual({ mounts: [], users: [] })
  expect(() => chooseMounts(['/pip', '/nmp'], targets, workspace)).toThrow(
    /\("\/nmp"\): no build mounts a cache of this id/,
  )
  const remedy = (id: string, ...all: readonly Target[]): string | undefined => {
    try {
      chooseMounts([id], all, workspace)
      return 'none'
    } catch (error) {
      return (error as { remedy?: string }).remedy
    }
  }
  expect(remedy('/pap', ...targets)).toContain('Did you mean /pip?')
  expect(remedy('cargo', ...targets)).toContain('They mount /pip, go, /npm.')
  const odd = toTarget('odd', ['FROM a', run('target=$HOME')])
  expect(remedy('/root', odd)).toContain('the one in line 2 of odd has variables without a value')
  const apart = toTarget('apart', ['FROM a', run('target=/pip')], { BUILDKIT_CACHE_MOUNT_NS: 'x' })
  expect(remedy('/pip', apart)).toContain('BUILDKIT_CACHE_MOUNT_NS')
})

test('what makes a cache another one for BuildKit makes it another one in the Actions cache', () => {
  const mounts = [{}, { uid: '0' }, { gid: '0' }, { mode: '0755' }].map((more) =>
    toMountStart(toMount('/pip', more)),
  )
  expect(new Set(mounts).size).toBe(4)
  expect(toMountStart(toMount('/pip', { sharing: 'private' }))).toBe(mounts[0])
  expect(mounts[0]).toMatch(/^slipway-mount-v1-[0-9a-f]{16}-$/)
})

test('the step has the flags of the mounts, no network and no image', () => {
  const mounts = [toMount('/pip'), toMount('go', { uid: '7', mode: '0700', sharing: 'locked' })]
  expect(toDockerfile(mounts, true, ['/t/perl', 'restore', '2'])).toBe(
    `FROM scratch
RUN --network=none --mount=type=bind,target=/t --mount=type=bind,from=files,target=/files --mount=type=cache,id=/pip,target=/m/0,sharing=shared --mount=type=cache,id=go,target=/m/1,sharing=locked,uid=7,mode=0700 ["/t/perl","restore","2"]
`,
  )
})

/** As buildx prints one, older versions with tabs. */
const toRecord = (description: string, space = '  '): string =>
  [
    ...['ID:', 'Parents:', 'Created at:', 'Mutable:', 'Reclaimable:', 'Shared:', 'Size:'].map(
      (label) => `${label}${space}x`,
    ),
    `Description:${space}${description}`,
    ...['Usage count:', 'Last used:', 'Type:'].map((label) => `${label}${space}x`),
    ...['', ''],
  ].join('\n')

const findPresent = (ids: readonly string[], ...records: readonly string[]): readonly string[] =>
  parsePresent(
    records.join(''),
    ids.map((id) => toMount(id)),
  ).map(({ id }) => id)

test('the builder says which it has, whatever else a line has', () => {
  const records = [
    'cached mount /m from exec /bin/sh -c echo "x" with id "//pip"',
    'cached mount /g from exec /bin/sh -c echo with id "/go" with id "/other"',
    'mount / from exec /bin/sh -c echo with id "/npm"',
  ]
  const ids = ['/pip', 'go', 'npm', 'pip', 'm', 'g']
  expect(findPresent(ids, ...records.map((each) => toRecord(each)))).toEqual(['/pip'])
  expect(findPresent(ids, ...records.map((each) => toRecord(each, '\t')))).toEqual(['/pip'])
})

test('the builder says which it has of a RUN that is a heredoc', () => {
  const script = 'set -e\npip install x\nID: 5\nDescription: y\nUsage count: 3\n'
  const record = toRecord(`cached mount /c from exec /bin/sh -c ${script} with id "//pip"`)
  expect(findPresent(['/pip', 'c'], toRecord('mount / from exec x'), record)).toEqual(['/pip'])
})

test('a cache whose target is its id has no id in its record', () => {
  const record = toRecord('cached mount /cache from exec /bin/sh -c make\n')
  expect(findPresent(['cache', '/cache', 'cac', 'make'], record)).toEqual(['cache'])
})

test('the text of a RUN makes no other cache look present or absent', () => {
  const pip = toRecord('cached mount /c from exec pip with id "//pip"')
  const ids = ['/pip', '/npm', 'npm']
  for (const text of [
    'echo with id "//npm"',
    'x\ncached mount /npm from exec make',
    'x\nDescription:  cached mount /npm from exec make',
    'x\nDescription:  cached mount /c from exec make with id "//npm"\nUsage count:  1',
    'x\nUsage count:  1\n with id "//npm"',
  ]) {
    const other = toRecord(`cached mount /c from exec ${text} with id "/a\\"b"`)
    expect(findPresent(ids, other, pip, other)).toEqual(['/pip'])
  }
})

const tree = (...lines: readonly string[]): string => [...lines, 'end', ''].join('\n')

test.each<readonly [string, readonly string[]]>([
  ['a way out', ['f 644 0 0 1 2 - ../a']],
  ['a way out in the middle', ['d 755 0 0 a', 'f 644 0 0 1 2 - a/../b']],
  ['an absolute path', ['f 644 0 0 1 2 - /a']],
  ['a slash that is hidden', ['f 644 0 0 1 2 - a%2Fb']],
  ['a dot that is hidden', ['f 644 0 0 1 2 - %2E.']],
  ['a letter that is hidden', ['f 644 0 0 1 2 - %61']],
  ['the end of a text', ['f 644 0 0 1 2 - a%00']],
  ['a folder that is not there', ['f 644 0 0 1 2 - a/b']],
  ['a way through a link', ['l /etc a', 'f 644 0 0 1 2 - a/b']],
  ['a path twice', ['l x a', 'f 644 0 0 1 2 - a']],
  ['a mode that is none', ['f 10644 0 0 1 2 - a']],
  ['a device', ['d 755 0 0 a', 'f b 0 0 1 2 - a']],
  ['a size that is none', ['f 644 0 0 1 -2 - a']],
  ['another field', ['f 644 0 0 1 2 - a b']],
  ['an empty name', ['d 755 0 0 a', 'd 755 0 0 a/']],
])('a tree with %s is refused', (_, lines) => {
  expect(() => parseTree(tree(...lines))).toThrow(/is no line of a tree/)
})

test('a tree that has been cut off is refused', () => {
  expect(() => parseTree('d 755 0 0 a\n')).toThrow('The list has no end')
})

const ownKey = `slipway-mount-v1-${'0'.repeat(16)}-${'1'.repeat(64)}`
const toSha = (digit: string): string => digit.repeat(64)

const toFile = (path: string, sha256: string, sizeBytes = 1_000): TreeItem => ({
  ...{ kind: 'file', path, owner: '644 0 0', time: '-1', sizeBytes, content: sha256 },
})

/** As the next run reads it. */
const next = ({ text, index }: ReturnType<typeof planEntries>): MountIndex =>
  parseIndex(text, index.key)

const start = toMountStart(toMount('/pip'))

test('new small files go into one entry, a large one into its own, and what is kept stays where it is', () => {
  const large = toFile('large', toSha('a'), 10_000_000)
  const folder: TreeItem = { kind: 'folder', path: 'd', owner: '1777 7 8' }
  const link: TreeItem = { kind: 'link', path: 'l', target: '../%20' }
  const first = [folder, link, toFile('d/one', toSha('1')), toFile('%FF', toSha('1')), large]
  const cold = planEntries(first, emptyIndex, start)
  expect(cold.alone.map(({ files }) => files)).toEqual([
    [{ sha256: toSha('a'), sizeBytes: 10_000_000 }],
  ])
  expect(cold.index.files.slice(1)).toEqual([{ sha256: toSha('1'), sizeBytes: 1_000 }])
  const before = next(cold)
  expect(before.items).toEqual(first)
  expect(before.places.get(toSha('1'))?.key).toBe(cold.index.key)
  expect(parseIndex(renderIndex(before), ownKey)).toEqual(before)

  const second = planEntries([...first, toFile('two', toSha('2'))], before, start)
  expect([second.alone, second.index.files.slice(1)]).toEqual([
    [],
    [{ sha256: toSha('2'), sizeBytes: 1_000 }],
  ])
  expect(next(second).places.get(toSha('1'))).toEqual(before.places.get(toSha('1')))
})

test('what was lost once gets other keys', () => {
  const plan = () => planEntries([toFile('a', toSha('a'), 1e7)], emptyIndex, start)
  expect(plan().alone[0]?.key).not.toBe(plan().alone[0]?.key)
})

test('small files are packed anew after eight entries, and when half of them is of no use', () => {
  const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9']
  let before = emptyIndex
  const packed = digits.map((_, at) => {
    const items = digits.slice(0, at + 1).map((digit) => toFile(`f${digit}`, toSha(digit)))
    const plan = planEntries(items, before, start)
    before = next(plan)
    return plan.index.files.length - 1
  })
  expect(packed).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 9])
  const left = (count: number) =>
    planEntries(before.items.slice(0, count), before, start).index.files.length - 1
  expect([left(5), left(4)]).toEqual([0, 4])
})

test.each([
  ['a file without a place', ['slipway-mount-v1', `f 644 0 0 1 2 ${toSha('a')}:0 a`]],
  ['another name for bytes', ['slipway-mount-v1', 'entry own 5', 'f 644 0 0 1 2 ../x:0 a']],
  ['a foreign entry', ['slipway-mount-v1', 'entry slipway-layer-v1-a 5']],
  ['another kind of line', ['slipway-mount-v1', 'exec x 5']],
  ['no title', []],
])('an index with %s is refused', (_, lines) => {
  expect(() => parseIndex(tree(...lines), ownKey)).toThrow(/It (?:has|names|is)/)
})
