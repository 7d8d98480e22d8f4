import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Registry, startRegistry } from '../support/registry.ts'

let registry: Registry
let authorization: string
beforeAll(async () => {
  registry = await startRegistry('public')
  const answer = await fetch(`http://${registry.host}/token`)
  authorization = `Bearer ${((await answer.json()) as { readonly token: string }).token}`
})
afterAll(() => registry.stop())

const digestOf = (text: string): string =>
  `sha256:${createHash('sha256').update(text).digest('hex')}`

const put = async (path: string, body: string): Promise<number> =>
  (
    await fetch(`http://${registry.host}/v2/a/${path}`, {
      ...{ method: 'PUT', body },
      headers: { authorization },
    })
  ).status

test('what is uploaded has the digest that was promised', async () => {
  expect(await put(`blobs/uploads/1?digest=${digestOf('other')}`, 'layer')).toBe(400)
  expect(await put('blobs/uploads/2', 'layer')).toBe(400)
  expect(await put(`blobs/uploads/3?digest=${digestOf('layer')}`, 'layer')).toBe(201)
  expect(await put(`manifests/${digestOf('other')}`, '{}')).toBe(400)
})

test("BuildKit's older form of a cache is refused", async () => {
  const config = 'application/vnd.buildkit.cacheconfig.v0'
  await put(`blobs/uploads/6?digest=${digestOf('cache')}`, 'cache')
  const toIndex = (mediaType: string): string =>
    JSON.stringify({ manifests: [{ digest: digestOf('cache'), mediaType }] })
  expect(await put('manifests/index', toIndex(config))).toBe(400)
  expect(await put('manifests/index', toIndex('application/octet-stream'))).toBe(201)
})

test('a manifest is taken when all that it names is there', async () => {
  const manifest = JSON.stringify({
    config: { digest: digestOf('config') },
    layers: [{ digest: digestOf('base') }],
  })
  await put(`blobs/uploads/4?digest=${digestOf('config')}`, 'config')
  expect(await put('manifests/1', manifest)).toBe(400)
  await put(`blobs/uploads/5?digest=${digestOf('base')}`, 'base')
  expect(await put('manifests/1', manifest)).toBe(201)
  const index = JSON.stringify({ manifests: [{ digest: digestOf(manifest) }] })
  expect(await put('manifests/2', index)).toBe(201)
  expect(await put('manifests/3', index.replace(/[0-9a-f]{8}"/, '00000000"'))).toBe(400)
})
