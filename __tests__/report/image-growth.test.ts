import { expect, test } from 'vitest'
import type { ImageAnalysis } from '../../src/analysis/analyse.ts'
import type { LastImage } from '../../src/memory/memory.ts'
import { toFolderId, toLayerIds } from '../../src/memory/parts-memory.ts'
import {
  compareImages,
  renderGrowth,
  toGrowths,
  toImagesToKeep,
} from '../../src/report/image-growth.ts'
import { reportOf } from '../support/outcomes.ts'

const layer = (instruction: string, bytes: number) => ({
  ...{ instruction, bytes, isBase: false, location: { file: 'Dockerfile', line: 7 } },
})
const analysisOf = (bytes: number) =>
  ({
    ...{ layers: [layer('RUN make', bytes)], totalBytes: bytes, packedBytes: bytes / 2 },
    folderSizes: [{ path: 'app', bytes }],
  }) as unknown as ImageAnalysis

const stepOf = (name: string, ...others: readonly string[]) => ({
  ...{ id: `report ${name}`, kind: 'analyse', names: [`${name}:dev`] },
  needs: [`build ${name}`, ...others.map((other) => `build ${other}`)],
  image: { kind: 'built', by: `build ${name}` },
})
/** In another order than they are kept in. */
const report = reportOf([stepOf('web'), stepOf('api')] as never, {
  'report web': { result: analysisOf(5e8) },
  'report api': { result: analysisOf(9e7) },
})
const last = (bytes: number): LastImage => ({
  ...{ bytes, packedBytes: 1 },
  parts: {
    ...{ totalBytes: bytes, baseBytes: 0, otherLayerBytes: 0, otherFolderBytes: 0 },
    layers: toLayerIds(['RUN make']).map((id) => ({ id, bytes })),
    folders: [{ id: toFolderId('app'), bytes }],
  },
})
const compare = (api?: LastImage, web?: LastImage, ofBranch?: readonly LastImage[]) =>
  compareImages(report, ['api', 'web'], {
    ofDefaultBranch: api && web && [api, web],
    ofBranch,
  })

test('each image is compared with itself, in both branches', () => {
  const compared = compare(last(8e7), last(4e8), [last(8.5e7), last(5e8)])
  expect(renderGrowth(compared)).toBe(
    [
      "web:dev +100 MB (25.0 %) since the default branch's last run: Dockerfile:7 RUN make +100 MB; /app +100 MB",
      // The other is as large as in this branch's last run.
      "api:dev +10 MB (12.5 %) since the default branch's last run: Dockerfile:7 RUN make +10 MB; /app +10 MB",
      "api:dev +5.0 MB (5.9 %) since this branch's last run: Dockerfile:7 RUN make +5.0 MB; /app +5.0 MB",
    ].join(' · '),
  )
  expect(toGrowths(compared)).toMatchObject([
    { bytes: 1e8, against: 'default', ofBranch: { bytes: 0, against: 'branch', layers: [] } },
    { bytes: 1e7, against: 'default', ofBranch: { bytes: 5e6, paths: [{ bytes: 5e6 }] } },
  ])
})

test('where the default branch is not known, with this branch alone', () => {
  const compared = compare(undefined, undefined, [last(8.5e7), last(5e8)])
  expect(compared.map(({ before, ofBranch }) => [before?.against, ofBranch])).toEqual([
    ['branch', undefined],
    ['branch', undefined],
  ])
  expect(compare().map(({ before, grown }) => [before, grown])).toEqual([
    [undefined, undefined],
    [undefined, undefined],
  ])
})

test('without its parts, an image has its size alone', () => {
  const [size] = [{ bytes: 8e7, packedBytes: 1 }]
  const [, api] = toGrowths(compare(size, size))
  expect(api).toEqual({ bytes: 1e7, against: 'default' })
})

test('what is kept is in the order of the targets, and all of it or nothing', () => {
  const images = toImagesToKeep(report, ['api', 'web'])
  expect(images?.map(({ bytes, packedBytes, parts }) => [bytes, packedBytes, parts])).toEqual([
    [9e7, 4.5e7, toParts(9e7)],
    [5e8, 2.5e8, toParts(5e8)],
  ])
  expect(toImagesToKeep(report, ['api', 'web', 'other'])).toBeUndefined()
})

test('of builds that make one image, each has what is kept of it', () => {
  const shared = reportOf([stepOf('web', 'worker')] as never, {
    'report web': { result: analysisOf(5e8) },
  })
  const images = toImagesToKeep(shared, ['web', 'worker'])
  expect(images?.map(({ bytes }) => bytes)).toEqual([5e8, 5e8])
})

const toParts = (bytes: number) => {
  const { otherLayerBytes: _, otherFolderBytes: __, ...parts } = last(bytes).parts ?? {}
  return parts
}
