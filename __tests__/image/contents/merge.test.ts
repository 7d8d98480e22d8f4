import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countBytes, type LayerEntries } from '../../../src/image/contents/entry.ts'
import { mergeLayers } from '../../../src/image/contents/merge.ts'
import { copyOf, file, folder, linkTo, opaque, top, whiteout } from '../../support/entries.ts'

const merge = (layers: readonly LayerEntries[], isRun?: (layer: number) => boolean) => {
  const { visible, hidden } = mergeLayers(layers, isRun)
  return {
    visible: visible.map(({ entry, layer }) => `${layer} ${entry.path}`),
    hidden: hidden.map(
      ({ layer, entry, hiddenBy, reason }) =>
        `${layer} ${entry.path} ${entry.sizeBytes} ${reason} ${hiddenBy}`,
    ),
  }
}

describe('a copy is hidden', () => {
  const lower = file('a/x', 7)
  const base = [top, folder('a'), lower]

  test.each([
    ['rewritten', file('a/x', 7)],
    ['rewritten', copyOf(lower, { sizeBytes: 8 })],
    ['metadata copy', copyOf(lower, { uid: 5 })],
    ['metadata copy', copyOf(lower, { gid: 5 })],
    ['metadata copy', copyOf(lower, { mode: 0o755 })],
    // Such as a chown to who owns it already.
    ['metadata copy', copyOf(lower)],
    ['deleted', whiteout('a/x')],
    ['deleted', folder('a/x')],
  ])('as %s', (reason, upper) => {
    expect(merge([base, [top, folder('a'), upper]]).hidden).toEqual([`0 a/x 7 ${reason} 1`])
  })

  test('as rewritten where a COPY made the same once more', () => {
    const layers = [base, [top, folder('a'), copyOf(lower)]]
    expect(merge(layers, () => false).hidden).toEqual(['0 a/x 7 rewritten 1'])
  })

  test('as linked where it got another name', () => {
    const upper = copyOf(lower)
    const layers = [base, [top, folder('a'), upper, linkTo(upper, 'a/y')]]
    expect(merge(layers).hidden).toEqual(['0 a/x 7 linked 1'])
  })

  test('by a whiteout, an opaque folder or another thing in place of its folder', () => {
    for (const upper of [whiteout('a'), opaque('a'), file('a', 1)])
      expect(merge([base, [top, upper]]).hidden).toEqual(['0 a/x 7 deleted 1'])
  })

  test('in an opaque folder that has it again, as what that made of it', () => {
    const layers = [base, [top, opaque('a'), copyOf(lower, { uid: 5 })]]
    expect(merge(layers).hidden).toEqual(['0 a/x 7 metadata copy 1'])
  })
})

test('a folder that a layer has again hides nothing, and what is in it stays', () => {
  const layers = [
    [top, folder('a'), file('a/x', 7)],
    [top, folder('a', { uid: 5 }), file('a/y', 1)],
  ]
  expect(merge(layers)).toEqual({ visible: ['1 ', '1 a', '0 a/x', '1 a/y'], hidden: [] })
})

test('a file with several names is hidden by whoever hides the last, once', () => {
  const lower = file('a', 7)
  const layers = [
    [top, lower, linkTo(lower, 'b'), linkTo(lower, 'c')],
    [top, copyOf(lower, { uid: 1 })],
    [top, whiteout('b')],
  ]
  expect(merge(layers).hidden).toEqual([])
  expect(merge([...layers, [top, file('c', 2)]]).hidden).toEqual(['0 c 7 rewritten 3'])
})

test('a whiteout of what is not there hides nothing', () => {
  const layers = [
    [top, file('a', 7)],
    [top, folder('b'), whiteout('b/a'), whiteout('c')],
  ]
  expect(merge(layers)).toEqual({ visible: ['1 ', '0 a', '1 b'], hidden: [] })
})

test('hidden and visible bytes are together all that there are', () => {
  const path = fc.constantFrom('a', 'b', 'a/x', 'a/y', 'b/x', 'a/x/1', 'b/x/1')
  const thing = fc.oneof(
    fc.tuple(path, fc.nat(99)).map(([at, bytes]) => file(at, bytes)),
    path.map((at) => folder(at)),
    path.map(opaque),
    path.map(whiteout),
  )
  const layer = fc.array(thing, { maxLength: 6 }).map((things) => {
    // A layer has one thing at a path, and folders only on the way to it.
    const byPath = new Map(things.map((each) => [each.path, each]))
    const isFine = ({ path: at }: { readonly path: string }): boolean => {
      const parents = at.split('/').map((_, length, all) => all.slice(0, length).join('/'))
      return parents.every((parent) => (byPath.get(parent)?.type ?? 'd') === 'd')
    }
    return [
      top,
      ...[...byPath.values()].filter(isFine).toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    ]
  })
  fc.assert(
    fc.property(fc.array(layer, { maxLength: 5 }), (layers) => {
      const { visible, hidden } = mergeLayers(layers)
      const all = layers.reduce((sum, entries) => sum + countBytes(entries), 0)
      const hiddenBytes = hidden.reduce((sum, { entry }) => sum + entry.sizeBytes, 0)
      expect(countBytes(visible.map(({ entry }) => entry)) + hiddenBytes).toBe(all)
    }),
  )
})
