import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nameImages, nothingRemembered, recall, rememberNames } from '../../src/memory/memory.ts'
import { type CacheService, startCacheService } from '../support/cache-service.ts'
import { eventually } from '../support/eventually.ts'
import { targetWith } from '../support/target.ts'

let service: CacheService
let folder: string
beforeAll(async () => {
  service = await startCacheService()
  folder = await mkdtemp(join(tmpdir(), 'slipway-memory-'))
})
afterAll(() => Promise.all([service.stop(), rm(folder, { recursive: true })]))

const targets = ['web', 'api'].map((name) => targetWith(`docker.io/acme/${name}:dev`))

/** Of which each number is another. */
const imageOf = (kb: number) => ({
  ...{ bytes: kb * 1000, packedBytes: kb },
  parts: {
    ...{ totalBytes: kb * 1000, baseBytes: 1000 },
    layers: [{ id: 'abcd', bytes: kb * 1000 }],
    folders: [{ id: 'abcde', bytes: kb * 1000 }],
  },
})
const lastOf = (kb: number) => {
  const { parts, ...size } = imageOf(kb)
  return { ...size, parts: { ...parts, otherLayerBytes: 0, otherFolderBytes: 0 } }
}

test('each image is found again with what it was made of, of both branches', async () => {
  const access = {
    env: { ...process.env, RUNNER_TEMP: folder },
    variables: {
      ...{ ACTIONS_RUNTIME_TOKEN: service.token, ACTIONS_RESULTS_URL: service.resultsUrl },
      ACTIONS_CACHE_SERVICE_V2: 'true',
    },
    ...{ mask: () => {}, debug: () => {}, signal: new AbortController().signal },
  }
  const name = (...args: readonly [readonly number[], boolean]) =>
    nameImages('acme/app', targets, args[0].map(imageOf), args[1])
  const names = [...name([1, 2], true), ...name([3, 4], false)]
  expect(names.map((each) => each.replace(/-v1.*/, ''))).toEqual([
    ...['slipway-image-default', 'slipway-parts-default', 'slipway-parts-default'],
    ...['slipway-image-branch', 'slipway-parts-branch', 'slipway-parts-branch'],
  ])
  await rememberNames(access, names)
  const memory = { ...access, repository: 'acme/app' }
  let images = nothingRemembered.images
  // It has a deadline.
  const isAnswered = async (): Promise<boolean> => {
    images = (await recall(memory, targets.toReversed(), true)).images
    return images !== nothingRemembered.images
  }
  await eventually('the memory answers', isAnswered)
  expect(images).toEqual({
    ofDefaultBranch: [lastOf(1), lastOf(2)],
    ofBranch: [lastOf(3), lastOf(4)],
  })
  const asked = service.requests.length
  const { images: unasked } = await recall(memory, targets, false)
  expect(unasked).toEqual({ ofDefaultBranch: undefined, ofBranch: undefined })
  expect(service.requests).toHaveLength(asked + 2)
  expect(service.requests.map((each) => each.name)).not.toContain('GET blob')
})

test('of more than ten images only the sizes are kept, of more than 26 nothing', () => {
  const keep = (count: number) => {
    const many = Array.from({ length: count }, (_, at) => targetWith(`docker.io/acme/${at}:dev`))
    return nameImages(
      'acme/app',
      many,
      many.map((_, at) => imageOf(at)),
      true,
    ).length
  }
  expect([1, 10, 11, 26, 27].map(keep)).toEqual([2, 11, 1, 1, 0])
})
