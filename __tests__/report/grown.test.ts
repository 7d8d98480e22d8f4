import { expect, test } from 'vitest'
import { analyseImage, type ImageAnalysis } from '../../src/analysis/analyse.ts'
import type { FileReader } from '../../src/image/contents/entry.ts'
import { parsePartsKey, toPartsKey } from '../../src/memory/parts-memory.ts'
import { findGrown, renderGrown, toGrownOutput, toImageParts } from '../../src/report/grown.ts'
import { file, folder, top } from '../support/entries.ts'

const nothing: FileReader = { bytes: async () => Buffer.alloc(0), hash: async () => '' }
const prefix = `slipway-parts-branch-v1-${'0'.repeat(16)}-`
const mb = 1_000_000

/** Of each layer its instruction, and its files by their sizes in MB; those of the base have none. */
type Line = readonly [instruction: string | undefined, files: Readonly<Record<string, number>>]

const imageOf = (...lines: readonly Line[]): Promise<ImageAnalysis> => {
  const layers = lines.map(([, files]) => [
    top,
    ...Object.keys(files).flatMap((path) => {
      const names = path.split('/').slice(0, -1)
      return names.map((_, at) => folder(names.slice(0, at + 1).join('/')))
    }),
    ...Object.entries(files).map(([path, size]) => file(path, size * mb)),
  ])
  const origins = lines.map(([instruction], at) => ({
    instruction,
    location: instruction === undefined ? undefined : { file: 'Dockerfile', line: at + 1 },
    ...{ isBase: instruction === undefined, packedBytes: undefined },
  }))
  return analyseImage({ config: '{}', manifest: undefined, layers }, nothing, origins, 'auto')
}

/** What grew between two images of which the first is known by a name alone. */
const compare = (then: ImageAnalysis, now: ImageAnalysis) => {
  const key = toPartsKey(prefix, toImageParts(then), '01234567')
  const parts = parsePartsKey(prefix, key, then.totalBytes)
  const last = { bytes: then.totalBytes, packedBytes: 0, parts }
  const grown = findGrown(now, last, Math.max(mb, 0.005 * then.totalBytes))
  if (grown === undefined) throw new Error('nobody knows what it was made of')
  return { grown, text: renderGrown(now, grown) }
}

const layersOf = async (then: readonly Line[], now: readonly Line[]) =>
  compare(await imageOf(...then), await imageOf(...now)).grown.layers

const base: Line = [undefined, { 'lib/base': 10 }]
const pip = (size: number, what = 'requests'): Line => [
  `RUN pip install ${what}`,
  { 'usr/lib/python3/site-packages/x': size },
]
const app: Line = ['COPY . /app', { 'app/main.py': 3 }]
const make: Line = ['RUN make', { 'app/out': 5 }]

test('the line that grew and the folder that did, said once', async () => {
  const then = await imageOf(base, pip(100), app)
  const now = await imageOf(base, pip(140), app)
  const { grown, text } = compare(then, now)
  expect(text).toBe(
    'Dockerfile:2 RUN pip install requests +40 MB; /usr/lib/python3/site-packages +40 MB',
  )
  expect(toGrownOutput(now, grown)).toEqual({
    baseBytes: 0,
    layers: [
      {
        location: { file: 'Dockerfile', line: 2 },
        instruction: 'RUN pip install requests',
        bytes: 40 * mb,
      },
    ],
    paths: [{ path: '/usr/lib/python3/site-packages', bytes: 40 * mb }],
  })
})

test('the base is told apart from its own lines', async () => {
  const { text, grown } = compare(
    await imageOf([undefined, { 'opt/a/x': 10, y: 2 }], app),
    await imageOf([undefined, { 'opt/a/x': 40, y: 1 }], app),
  )
  expect(text).toBe('base +29 MB; /opt/a +30 MB')
  expect(grown).toMatchObject({ baseBytes: 29 * mb, layers: [] })
  const smaller = compare(await imageOf(base, app), await imageOf([undefined, {}], app))
  expect(smaller.grown.baseBytes).toBe(-10 * mb)
  expect(smaller.text).toBe('')
})

test('what the kept kB leave out of a base is no change of it', async () => {
  const odd: Line = [undefined, { 'lib/base': 10.0004 }]
  const { grown } = compare(await imageOf(odd, app), await imageOf(odd, app))
  expect(grown.baseBytes).toBe(0)
})

test('a line that moved has not grown, and one that is gone is not told', async () => {
  expect(await layersOf([base, pip(100), app, make], [base, app, make, pip(100)])).toEqual([])
  expect(await layersOf([base, pip(100), app, make], [base, app, make])).toEqual([])
})

test('a new line has grown by all that it has', async () => {
  expect(await layersOf([base, pip(100), app], [base, pip(100), make, app])).toEqual([
    { index: 2, bytes: 5 * mb },
  ])
  const again: Line = ['RUN make', { 'app/again': 2 }]
  expect(await layersOf([base, make, app], [base, make, app, again])).toEqual([
    { index: 3, bytes: 2 * mb },
  ])
})

test('a line that was changed is compared with what stood there', async () => {
  const changed = pip(120, 'requests numpy')
  expect(await layersOf([base, pip(100), app], [base, changed, app])).toEqual([
    { index: 1, bytes: 20 * mb },
  ])
  // Beside a new one, with that which is nearest in size.
  expect(await layersOf([base, pip(100), app], [base, make, changed, app])).toEqual([
    { index: 2, bytes: 20 * mb },
    { index: 1, bytes: 5 * mb },
  ])
  // Elsewhere it is another.
  expect(await layersOf([base, pip(100), app], [base, app, changed])).toEqual([
    { index: 2, bytes: 120 * mb },
  ])
})

test('of lines that were not kept, what they grew by for certain', async () => {
  const lines = (last: number): readonly Line[] =>
    Array.from({ length: 24 }, (_, at) => [`RUN ${at}`, { [`f${at}`]: at === 23 ? last : 60 - at }])
  // The two smallest were not kept: of 38 and 20 MB.
  const grown = await layersOf(lines(20), lines(90))
  expect(grown).toEqual([{ index: 23, bytes: (90 - 38) * mb }])
})

test('nor is more said of folders that were not kept than they grew by', async () => {
  const folders = (last: number): Line => [
    'RUN a',
    Object.fromEntries(
      Array.from({ length: 80 }, (_, at) => [`d${at}/f`, at === 79 ? last : 81 - at]),
    ),
  ]
  const { grown } = compare(await imageOf(folders(2)), await imageOf(folders(90)))
  expect(grown.paths.map(({ path }) => path)).toEqual(['d79'])
  expect(grown.paths[0]?.bytes).toBeLessThan(88 * mb)
  expect(grown.paths[0]?.bytes).toBeGreaterThan(30 * mb)
})

test('less than 1 MB or 0.5 % is no growth', async () => {
  const { text } = compare(await imageOf(base, pip(100)), await imageOf(base, pip(100.9)))
  expect(text).toBe('')
  const ofBase = compare(await imageOf(base, app), await imageOf([undefined, { x: 10.9 }], app))
  expect(ofBase.text).toBe('')
  const large = compare(await imageOf(base, pip(2000)), await imageOf(base, pip(2009)))
  expect(large.text).toBe('')
})

test('a folder that is nested is told beside one that grew by more', async () => {
  const { grown } = compare(
    await imageOf(base, ['RUN a', { 'opt/x/a/f': 10, 'opt/x/b/f': 10 }]),
    await imageOf(base, ['RUN a', { 'opt/x/a/f': 40, 'opt/x/b/f': 70, 'opt/x/c/d/f': 2 }]),
  )
  expect(grown.paths).toEqual([
    { path: 'opt/x', bytes: 92 * mb },
    { path: 'opt/x/b', bytes: 60 * mb },
    { path: 'opt/x/a', bytes: 30 * mb },
    { path: 'opt/x/c/d', bytes: 2 * mb },
  ])
  // One without the slash is no folder above it.
  const beside = compare(
    await imageOf(base, ['RUN a', { 'opt/f': 1 }]),
    await imageOf(base, ['RUN a', { 'opt/f': 5, 'optional/f': 5 }]),
  )
  expect(beside.grown.paths.map(({ path }) => path)).toEqual(['optional', 'opt'])
})

test('only what is as deep as a package is compared', async () => {
  const paths = (now: ImageAnalysis) => now.folderSizes.map(({ path }) => path)
  expect(paths(await imageOf(['RUN a', { '1/2/3/4/5/6/7/f': 2, 'small/f': 0.9 }]))).toEqual([
    // Of the same size the deepest first, as there may be no room for all.
    ...['1/2/3/4/5/6', '1/2/3/4/5', '1/2/3/4', '1/2/3', '1/2', '1'],
  ])
})

test('what is not known has not grown', async () => {
  const image = await imageOf(base, app)
  expect(findGrown(image, undefined, mb)).toBeUndefined()
  expect(findGrown(image, { bytes: 1, packedBytes: 1, parts: undefined }, mb)).toBeUndefined()
})

test('names of others are one line of text', async () => {
  const hostile = 'a|b`<img>\n::error::\x1b[2J'
  const { text, grown } = compare(
    await imageOf(base),
    await imageOf(base, [`RUN ${'x'.repeat(500)}\n::error::planted`, { [`${hostile}/f`]: 9 }]),
  )
  expect(text).not.toMatch(/\p{Cc}/u)
  expect(text.length).toBeLessThan(300)
  expect(grown.paths).toEqual([{ path: hostile, bytes: 9 * mb }])
})
