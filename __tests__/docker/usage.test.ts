import { expect, test } from 'vitest'
import type { Get } from '../../src/docker/engine-api.ts'
import { findReusableBytes } from '../../src/docker/reusable.ts'
import { findUsage } from '../../src/docker/usage.ts'

const answering =
  (answer: object): Get =>
  async <T>() =>
    answer as T

const images = [{ Id: 'sha256:a', Size: 300 }]
const cache = [{ Size: 40, Shared: false }]
const containers = [{ SizeRw: 2 }]
const volumes = [{ UsageData: { Size: 7 } }]

const whole = {
  LayersSize: 500,
  Images: images,
  BuildCache: cache,
  Containers: containers,
  Volumes: volumes,
}

/** As Docker 29.7 answers, asked with `verbose`. */
const inKinds = {
  ImageUsage: { ActiveCount: 1, Items: images, TotalCount: 1, TotalSize: 500 },
  ContainerUsage: { Items: containers, TotalCount: 1, TotalSize: 2 },
  VolumeUsage: { Items: volumes, TotalCount: 1, TotalSize: 7 },
  BuildCacheUsage: { Items: cache, TotalCount: 1, TotalSize: 40 },
}

test.each([
  ['28', whole],
  ['29', inKinds],
  ['29, asked without `verbose`', { ...whole, ...inKinds }],
])('what Docker %s says of its disk usage', async (_, answer) => {
  const usage = await findUsage(answering(answer), ['image', 'build-cache', 'container', 'volume'])
  expect(usage).toEqual(expect.objectContaining(whole))
  expect(await findReusableBytes(answering(answer), [])).toBe(340)
})

test('newer ones are asked for the lists, too', async () => {
  const asked: string[] = []
  await findUsage(async (path) => void asked.push(path), ['image', 'volume'])
  expect(asked).toEqual(['/system/df?type=image&type=volume&verbose=1'])
})

test.each([
  ['28', { LayersSize: 0, Images: [], BuildCache: null }],
  ['29', { ImageUsage: {}, BuildCacheUsage: {} }],
])('an empty Docker %s', async (_, answer) => {
  expect(await findReusableBytes(answering(answer), [])).toBe(0)
})

test('words that are not known do not mean that nothing is there', async () => {
  expect(await findReusableBytes(answering({ Pictures: [] }), [])).toBe(Number.POSITIVE_INFINITY)
})
