import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { readLayout } from '../../src/image/sources/oci-layout.ts'
import type { LayerSource } from '../../src/registry/layer-source.ts'
import { createNodeLayers, joinSources } from '../../src/registry/layers.ts'
import { eventually } from '../support/eventually.ts'
import { pushTo } from '../support/real-registry.ts'
import { startStepRegistry } from '../support/step-registry.ts'
import { sha256 } from '../support/tar.ts'

const manifestType = 'application/vnd.oci.image.manifest.v1+json'

/** An image of layers, of which a registry need not have the bytes. */
const toImage = (layers: readonly Buffer[]) => {
  const config = Buffer.from(
    JSON.stringify({ architecture: 'amd64', rootfs: { diff_ids: layers.map(sha256) } }),
  )
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: { digest: sha256(config), size: config.length },
      layers: layers.map((layer) => ({ digest: sha256(layer), size: layer.length })),
    }),
  )
  return { config, manifest }
}

const codeOf = async (answer: Response): Promise<readonly [number, string]> => {
  const { errors } = (await answer.json()) as { readonly errors: readonly { code: string }[] }
  return [answer.status, errors[0]?.code ?? '']
}

const put = (url: string, content: Buffer | string, type = manifestType): Promise<Response> =>
  fetch(url, {
    method: 'PUT',
    headers: { 'content-type': type },
    body: typeof content === 'string' ? content : new Uint8Array(content),
  })

const beginUpload = async (base: string): Promise<URL> => {
  const begun = await fetch(`${base}/blobs/uploads/`, { method: 'POST' })
  expect(begun.status).toBe(202)
  return new URL(begun.headers.get('location') ?? '', base)
}

test('an image that is pushed lies in the folder as if a builder had written it there', async () => {
  const { registry, folder, host, repository, base } = await startStepRegistry()
  const layers = [Buffer.from('first'), Buffer.alloc(300_000, 'second')]
  const { config, manifest } = toImage(layers)
  await pushTo(host, repository, [...layers, config], [['image', manifest]])
  const image = readLayout(folder, [])
  expect([image.id, image.layout?.digest]).toEqual([sha256(config), sha256(manifest)])
  expect(image.layers.map(({ diffId }) => diffId)).toEqual(layers.map(sha256))
  for (const name of ['image', sha256(manifest)]) {
    const got = await fetch(`${base}/manifests/${name}`)
    expect(got.headers.get('content-type')).toBe(manifestType)
    expect(Buffer.from(await got.arrayBuffer())).toEqual(manifest)
    const { status, headers } = await fetch(`${base}/manifests/${name}`, { method: 'HEAD' })
    expect([status, headers.get('docker-content-digest')]).toEqual([200, sha256(manifest)])
    expect(headers.get('content-length')).toBe(`${manifest.length}`)
  }
  const blob = await fetch(`${base}/blobs/${sha256(layers[1] ?? '')}`)
  expect(Buffer.from(await blob.arrayBuffer())).toEqual(layers[1])
  expect([registry.trouble(), [...registry.lacking]]).toEqual([undefined, []])
})

test('layers of nodes are there, and their bytes are not: whoever asks for them is told, and so are we', async () => {
  const layer = Buffer.from('a layer of nodes')
  const { registry, folder, host, repository, base } = await startStepRegistry({
    layers: createNodeLayers(new Set([sha256(layer)])),
  })
  const { status } = await fetch(`${base}/blobs/${sha256(layer)}`, { method: 'HEAD' })
  expect(status).toBe(200)
  const { config, manifest } = toImage([layer])
  await pushTo(host, repository, [config], [['image', manifest]])
  expect(readLayout(folder, []).layers).toHaveLength(1)
  expect([...registry.lacking]).toEqual([])
  expect(await codeOf(await fetch(`${base}/blobs/${sha256(layer)}`))).toEqual([404, 'BLOB_UNKNOWN'])
  expect([...registry.lacking]).toEqual([sha256(layer)])
})

test('an image is taken whose layer was lost after the builder had been told of it', async () => {
  const [kept, unknown] = [Buffer.from('kept'), Buffer.from('unknown')]
  let isLost = false
  const find = async (digest: string) =>
    !isLost && digest === sha256(kept) ? { sizeBytes: kept.length } : undefined
  const layers: LayerSource = { find, open: async () => undefined }
  const { folder, host, repository, base } = await startStepRegistry({ layers })
  const ask = async (layer: Buffer) =>
    (await fetch(`${base}/blobs/${sha256(layer)}`, { method: 'HEAD' })).status
  expect([await ask(kept), await ask(unknown)]).toEqual([200, 404])
  isLost = true
  const { config, manifest } = toImage([kept])
  await pushTo(host, repository, [config], [['image', manifest]])
  expect(readLayout(folder, []).layers.map(({ diffId }) => diffId)).toEqual([sha256(kept)])
  const other = toImage([kept, unknown]).manifest
  const refused = await put(`${base}/manifests/image`, other)
  expect(await codeOf(refused)).toEqual([400, 'MANIFEST_BLOB_UNKNOWN'])
})

test('a source of bytes is read to its end, and one that breaks is told of', async () => {
  const [whole, broken] = [Buffer.from('whole'), Buffer.from('broken')]
  const source: LayerSource = {
    find: async (digest) =>
      [whole, broken].map(sha256).includes(digest) ? { sizeBytes: 5 } : undefined,
    open: async (digest) =>
      digest === sha256(whole)
        ? Readable.from([whole])
        : Readable.from(
            (async function* () {
              yield Buffer.from('br')
              throw new Error('the cache has lost it')
            })(),
          ),
  }
  const layers = joinSources([createNodeLayers(new Set()), source])
  const { registry, base } = await startStepRegistry({ layers })
  expect(await (await fetch(`${base}/blobs/${sha256(whole)}`)).text()).toBe('whole')
  expect([...registry.lacking]).toEqual([])
  const cut = fetch(`${base}/blobs/${sha256(broken)}`).then((answer) => answer.text())
  await expect(cut).rejects.toThrow()
  expect([...registry.lacking]).toEqual([sha256(broken)])
})

test('uploads come in one piece, in several, or with their digest at once', async () => {
  const { folder, base } = await startStepRegistry()
  const content = Buffer.from('0123456789')
  const digest = sha256(content)
  const once = await fetch(`${base}/blobs/uploads/?digest=${sha256(Buffer.from('once'))}`, {
    method: 'POST',
    body: 'once',
  })
  expect(once.status).toBe(201)
  const upload = await beginUpload(base)
  const patch = (body: string, range: string): Promise<Response> =>
    fetch(upload, { method: 'PATCH', headers: { 'content-range': range }, body })
  expect((await patch('01234', '0-4')).headers.get('range')).toBe('0-4')
  expect(await codeOf(await patch('x', '9-9'))).toEqual([416, 'BLOB_UPLOAD_INVALID'])
  expect((await fetch(upload)).headers.get('range')).toBe('0-4')
  expect((await patch('56', 'bytes 5-6/10')).status).toBe(202)
  upload.searchParams.set('digest', digest)
  expect((await fetch(upload, { method: 'PUT', body: '789' })).status).toBe(201)
  expect(readFileSync(join(folder, 'blobs/sha256', digest.slice(7)))).toEqual(content)
  expect(await codeOf(await fetch(upload, { method: 'PUT' }))).toEqual([404, 'BLOB_UPLOAD_UNKNOWN'])
})

test('nothing stays of an upload with another digest, of one that is cut off or given up', async () => {
  const { registry, folder, base, host } = await startStepRegistry()
  const drafts = (): number =>
    readdirSync(folder).filter((name) => name.startsWith('draft-')).length
  const upload = await beginUpload(base)
  upload.searchParams.set('digest', sha256(Buffer.from('promised')))
  expect(await codeOf(await fetch(upload, { method: 'PUT', body: 'other' }))).toEqual([
    400,
    'DIGEST_INVALID',
  ])
  const noDigest = await beginUpload(base)
  noDigest.searchParams.set('digest', 'sha256:../../../etc/passwd')
  expect((await fetch(noDigest, { method: 'PUT', body: 'x' })).status).toBe(400)
  const given = await beginUpload(base)
  expect((await fetch(given, { method: 'DELETE' })).status).toBe(204)
  expect([drafts(), readdirSync(join(folder, 'blobs/sha256'))]).toEqual([0, []])
  const cut = await beginUpload(base)
  const [, port = ''] = host.split(':')
  const socket = connect(Number(port), '127.0.0.1')
  socket.on('error', () => {})
  socket.write(`PATCH ${cut.pathname} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nsome`)
  const range = async () => (await fetch(cut)).headers.get('range')
  await eventually('bytes came', async () => (await range()) === '0-3')
  socket.destroy()
  await eventually('the draft is gone', async () => drafts() === 0)
  await beginUpload(base)
  expect(drafts()).toBe(1)
  await registry.close()
  expect(drafts()).toBe(0)
  // It was the builder's end, not our trouble.
  expect(registry.trouble()).toBeUndefined()
})

test('only so many uploads are open at once', async () => {
  const { base } = await startStepRegistry()
  const begin = () => fetch(`${base}/blobs/uploads/`, { method: 'POST' })
  const answers = await Promise.all(Array.from({ length: 70 }, begin))
  const statuses = answers.map(({ status }) => status)
  expect(statuses.filter((status) => status === 202)).toHaveLength(64)
  expect(statuses.filter((status) => status === 429)).toHaveLength(6)
})

test('manifests are refused that are none, too large, or of parts that are not there', async () => {
  const { base, folder } = await startStepRegistry()
  const { manifest } = toImage([Buffer.from('nowhere')])
  const url = `${base}/manifests/image`
  expect(await codeOf(await put(url, manifest))).toEqual([400, 'MANIFEST_BLOB_UNKNOWN'])
  for (const content of [
    '',
    'null',
    '[1',
    '"text"',
    '{"layers":5}',
    '{"layers":[null]}',
    '{"config":7}',
  ])
    expect((await put(url, content)).status).toBe(400)
  expect(await codeOf(await put(url, '{}', 'text/plain'))).toEqual([400, 'MANIFEST_INVALID'])
  const other = JSON.stringify({ mediaType: 'application/vnd.oci.image.index.v1+json' })
  expect(await codeOf(await put(url, other))).toEqual([400, 'MANIFEST_INVALID'])
  const wrong = `${base}/manifests/${sha256(Buffer.from('other'))}`
  expect(await codeOf(await put(wrong, '{}'))).toEqual([400, 'DIGEST_INVALID'])
  expect(await codeOf(await put(url, Buffer.alloc(5_000_000, ' ')))).toEqual([413, 'SIZE_INVALID'])
  expect(await codeOf(await fetch(url))).toEqual([404, 'MANIFEST_UNKNOWN'])
  expect(existsSync(join(folder, 'index.json'))).toBe(false)
})

test('whoever does not know the name of the repository gets nothing', async () => {
  const { base, host, registry } = await startStepRegistry()
  const digest = sha256(Buffer.from('any'))
  for (const path of ['other/manifests/image', `other/blobs/${digest}`, `other/blobs/uploads/`])
    for (const method of ['GET', 'HEAD', 'PUT', 'POST', 'DELETE']) {
      const answer = await fetch(`http://${host}/v2/${path}`, { method })
      expect(answer.status).toBe(404)
    }
  expect((await fetch(`http://${host}/v2/`)).status).toBe(200)
  expect(registry.image).toMatch(/^127\.0\.0\.1:\d+\/[0-9a-f]{32}:image$/)
  expect((await fetch(`${base}/manifests/image`, { method: 'DELETE' })).status).toBe(405)
  expect((await fetch(`${base}/tags/list`)).status).toBe(405)
  const again = await startStepRegistry()
  expect(again.repository).not.toBe(registry.image.split('/')[1]?.split(':')[0])
})

test('nobody is answered once it is closed, also who was being answered', async () => {
  const endless: LayerSource = {
    find: async () => ({ sizeBytes: 1_000_000 }),
    open: async () => new Readable({ read() {} }),
  }
  const { registry, base } = await startStepRegistry({ layers: endless })
  const waiting = fetch(`${base}/blobs/${sha256(Buffer.from('x'))}`).then((answer) => answer.text())
  waiting.catch(() => {})
  await fetch(`${base}/manifests/none`)
  await registry.close()
  await expect(waiting).rejects.toThrow()
  await expect(fetch(`${base}/manifests/none`)).rejects.toThrow()
  // Whoever hung up did not lack it.
  expect([...registry.lacking]).toEqual([])
})
