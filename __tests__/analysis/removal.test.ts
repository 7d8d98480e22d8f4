import { describe, expect, test } from 'vitest'
import { analyseImage } from '../../src/analysis/analyse.ts'
import type { Entry, FileReader, LayerEntries } from '../../src/image/contents/entry.ts'
import { copyOf, file, folder, linkTo, top, whiteout } from '../support/entries.ts'

const nothing: FileReader = { bytes: async () => Buffer.alloc(0), hash: async () => '' }

const home = [folder('root'), folder('root/.cache')]
const pip = folder('root/.cache/pip')
const cached = file('root/.cache/pip/a', 2_000_000)

const plan = async (own: readonly LayerEntries[], base: LayerEntries = [top]) => {
  const layers = [base, ...own]
  const origins = layers.map((_, at) => ({
    ...{ instruction: 'RUN x', location: undefined, packedBytes: undefined },
    isBase: at === 0,
  }))
  const contents = { config: '{}', manifest: undefined, layers }
  const { removal, totalBytes } = await analyseImage(contents, nothing, origins, 'auto')
  return {
    removedBytes: totalBytes - (removal?.bytes ?? totalBytes),
    parts: removal?.parts.map(({ match, hides }) => [match.rule.id, hides]),
    folders: [...(removal?.folders.keys() ?? [])].toSorted(),
  }
}

test('an image without such findings has no proof', async () => {
  expect((await plan([[top, file('a', 5_000_000)]])).parts).toBeUndefined()
})

describe('a cache', () => {
  test('goes with its folder, which no lower layer has', async () => {
    const { parts, removedBytes, folders } = await plan([[top, ...home, pip, cached]])
    expect(parts).toEqual([['cache-pip', ['root/.cache/pip']]])
    expect(removedBytes).toBe(2_000_000)
    expect(folders).toEqual(['', 'root', 'root/.cache'])
  })

  test('leaves a folder that a lower layer has, and what other lines put there', async () => {
    const sub = folder('root/.cache/pip/sub')
    const first = [top, ...home, pip, file('root/.cache/pip/small', 5)]
    const second = [top, ...home, pip, cached, sub, file('root/.cache/pip/sub/b', 1)]
    const { parts, removedBytes } = await plan([first, second])
    expect(parts).toEqual([['cache-pip', ['root/.cache/pip/a', 'root/.cache/pip/sub']]])
    expect(removedBytes).toBe(2_000_001)
  })

  test("leaves the base's empty folder", async () => {
    const { parts } = await plan([[top, ...home, pip, cached]], [top, ...home, pip])
    expect(parts).toEqual([['cache-pip', ['root/.cache/pip/a']]])
  })

  test('takes links along, and of a file with a name elsewhere no byte', async () => {
    const shared = file('root/.cache/pip/s', 3_000_000)
    const link: Entry = { ...file('root/.cache/pip/l', 0), type: 'l' }
    const layer = [top, ...home, pip, cached, shared, linkTo(shared, 'env'), link]
    const { parts, removedBytes } = await plan([layer])
    expect(parts).toEqual([['cache-pip', ['root/.cache/pip']]])
    expect(removedBytes).toBe(2_000_000)
  })

  test('keeps what an archive would take for its own marks', async () => {
    const mark = file('root/.cache/pip/.wh..wh..opq', 9)
    const { parts } = await plan([[top, ...home, pip, cached, mark]])
    expect(parts).toEqual([['cache-pip', ['root/.cache/pip/a']]])
  })
})

describe('a copy that nobody sees', () => {
  const lower = file('w', 4_000_000)

  test('goes, and hides nothing', async () => {
    const { parts, removedBytes } = await plan([
      [top, lower],
      [top, copyOf(lower, { uid: 7 })],
    ])
    expect(parts).toEqual([['metadata-copies', []]])
    expect(removedBytes).toBe(4_000_000)
    expect(
      (
        await plan([
          [top, lower],
          [top, whiteout('w')],
        ])
      ).parts,
    ).toEqual([['deleted-later', []]])
  })

  test("stays where it is the base's", async () => {
    expect((await plan([[top, copyOf(lower, { uid: 7 })]], [top, lower])).parts).toBeUndefined()
  })

  test('counts once, and with each line that hid one', async () => {
    const again = file('w', 4_100_000)
    const { parts, removedBytes } = await plan([
      [top, lower],
      [top, again],
      [top, file('w', 1)],
    ])
    expect(parts?.length).toBe(2)
    expect(removedBytes).toBe(8_100_000)
  })
})

test('120,000 files take no second', async () => {
  const files = Array.from({ length: 120_000 }, (_, at) =>
    file(`root/.cache/pip/${at % 500}/${at}`, 10_000),
  )
  const folders = Array.from({ length: 500 }, (_, at) => folder(`root/.cache/pip/${at}`))
  const { parts } = await plan([[top, ...home, pip, ...folders, ...files]])
  expect(parts).toEqual([['cache-pip', ['root/.cache/pip']]])
}, 20_000)
