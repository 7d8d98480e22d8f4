import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import zlib from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderError } from '../../../../src/failure.ts'
import { findOciSource } from '../../../../src/files/sources/oci/find-oci-source.ts'
import type { FetchOrder, Tree } from '../../../../src/files/sources/source.ts'
import { parseImageReference } from '../../../../src/image/reference.ts'
import {
  type Artifact,
  device,
  file,
  folder,
  hardLink,
  kitLayer,
  link,
  makeArtifact,
  makeKit,
  makeLayered,
  makeModelPack,
  makeOras,
  modelPackLayer,
  orasFile,
  orasFolder,
  tar,
} from '../../../support/artifacts.ts'
import { type BadNetwork, startBadNetwork, type Trouble } from '../../../support/bad-network.ts'
import { makeIndex, push } from '../../../support/blob-images.ts'
import {
  pushTo,
  type RealRegistry,
  registryProgram,
  startRealRegistry,
} from '../../../support/real-registry.ts'
import { startRegistry } from '../../../support/registry.ts'
import { sha256 } from '../../../support/tar.ts'

const root = mkdtempSync(join(tmpdir(), 'slipway-oci-'))
const hex = (content: Buffer | string): string => sha256(content).slice('sha256:'.length)
const signal = new AbortController().signal

let made = 0
const makeFolder = (): string => {
  made += 1
  const path = join(root, `${made}`)
  mkdirSync(path)
  return path
}

const find = (given: string, dockerConfig = join(root, 'none')) => {
  const reference = parseImageReference(given)
  if (typeof reference === 'string') throw new Error(reference)
  const env = { DOCKER_CONFIG: dockerConfig }
  return findOciSource({ reference, architecture: 'amd64', env, signal })
}

const toOrder = (change: Partial<FetchOrder> = {}): FetchOrder => ({
  folder: makeFolder(),
  has: new Set(),
  progress: () => {},
  signal,
  ...change,
})

/** Paths with their contents, read from the folder under their digests. */
const read = (tree: Tree, path: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    tree.files.map(({ path: name, sha256: digest = '', sizeBytes, isExecutable }) => {
      const content = readFileSync(join(path, digest))
      expect([hex(content), content.length]).toEqual([digest, sizeBytes])
      return [`${name}${isExecutable ? '*' : ''}`, content.toString()]
    }),
  )

const message = (failed: Promise<unknown>): Promise<string> =>
  failed.then(() => 'nothing failed', renderError)

/** The double with a login, and a real one, where the machine has it: what is read from both is the same. */
let real: RealRegistry | undefined
const networks: BadNetwork[] = []
beforeAll(async () => {
  if (registryProgram !== undefined) real = await startRealRegistry()
})
afterAll(async () => {
  await Promise.all(networks.map((network) => network.stop()))
  await real?.stop()
  rmSync(root, { recursive: true })
})

const publish = async ({ manifest, blobs }: Artifact): Promise<string> => {
  made += 1
  await pushTo(real?.host ?? '', `team/m${made}`, blobs, [['1', manifest]])
  return `team/m${made}:1`
}

const behind = async (
  toTrouble: (url: string, before: number) => Trouble | undefined,
): Promise<BadNetwork> => {
  const network = await startBadNetwork(real?.host ?? '', ({ url }, before) =>
    toTrouble(url, before.filter((each) => each.url === url).length),
  )
  networks.push(network)
  return network
}

const fetchFrom = async (artifact: Artifact, change: Partial<FetchOrder> = {}) => {
  const source = await find(`${real?.host}/${await publish(artifact)}`)
  const order = toOrder(change)
  const tree = await source.fetch(order)
  return { source, tree, order, files: read(tree, order.folder) }
}

const weights = randomBytes(300_000)
const usual = tar(file('a', 'x'))

describe.skipIf(registryProgram === undefined)('from a real registry', () => {
  test('files and folders of ORAS come by their digests, and nothing else is left', async () => {
    const archive = tar(
      folder('data'),
      folder('data/empty'),
      file('data/run.sh', '#!', 0o755),
      folder('data/sub'),
      file('data/sub/a', 'x'),
      hardLink('data/b', 'data/sub/a'),
      link('data/current', 'sub/../b'),
    )
    const artifact = makeOras(
      orasFile('model.bin', weights),
      orasFile('sub/same.bin', weights),
      orasFile('none', Buffer.alloc(0)),
      orasFolder('data', archive),
    )
    const steps: (readonly [number, number])[] = []
    const progress: FetchOrder['progress'] = (done, total) => void steps.push([done, total])
    const { source, tree, order, files } = await fetchFrom(artifact, { progress })
    const bytes = weights.length + (artifact.blobs.at(-1)?.length ?? 0)
    expect(source).toMatchObject({ key: hex(artifact.manifest), sizeBytes: bytes, tree: undefined })
    expect(steps.at(-1)).toEqual([bytes, bytes])
    expect(files).toEqual({
      'model.bin': weights.toString(),
      'sub/same.bin': weights.toString(),
      none: '',
      'data/run.sh*': '#!',
      'data/sub/a': 'x',
      'data/b': 'x',
    })
    expect(tree).toMatchObject({
      isFile: false,
      links: [{ path: 'data/current', target: 'sub/../b' }],
      emptyFolders: ['data/empty'],
    })
    const digests = ['#!', 'x', '', weights].map(hex)
    expect(readdirSync(order.folder).toSorted()).toEqual(digests.toSorted())
  })

  test('of files alone the tree is known before, and what is there is not fetched', async () => {
    const [a, b, c] = ['one', 'two', 'three'].map((text) => Buffer.from(text))
    const layers = Object.entries({ a, b, c }).map(([name, content = Buffer.alloc(0)]) =>
      orasFile(name, content),
    )
    const network = await behind(() => undefined)
    const source = await find(`${network.host}/${await publish(makeOras(...layers))}`)
    const path = makeFolder()
    writeFileSync(join(path, hex('two')), 'two')
    // Half a file, of somebody who was interrupted and did not take another name.
    writeFileSync(join(path, hex('three')), 'thr')
    const tree = await source.fetch(toOrder({ folder: path, has: new Set([hex('one')]) }))
    expect(tree).toEqual(source.tree)
    expect(tree.files.map(({ sha256: digest }) => digest)).toEqual(['one', 'two', 'three'].map(hex))
    const blobs = network.seen.filter(({ url }) => url.includes('/blobs/'))
    expect(blobs.map(({ url }) => url.replace(/^.*:/, ''))).toEqual([hex('three')])
    expect(readdirSync(path).toSorted()).toEqual([hex('two'), hex('three')].toSorted())
    expect(readFileSync(join(path, hex('three')), 'utf8')).toBe('three')
  })

  test.each(['cncf', 'cnai'])('layers of ModelPack of %s', async (vendor) => {
    const pack = (form: 'tar' | 'tar+gzip' | 'tar+zstd') =>
      modelPackLayer(vendor, form, 'ignored', tar(file(`in/${form}`, form)))
    const raw = modelPackLayer(vendor, 'raw', 'deep/model.safetensors', weights)
    const named = modelPackLayer(vendor, 'gguf', 'm.gguf', weights)
    // KitOps puts its own words beside the others.
    const kitfile = {
      type: 'application/vnd.kitops.modelkit.config.v1+json',
      blob: Buffer.from('{"kit":1}'),
    }
    const layers = [raw, named, pack('tar'), pack('tar+gzip'), pack('tar+zstd'), kitfile]
    const { files } = await fetchFrom(makeModelPack(vendor, layers))
    expect(files).toEqual({
      'deep/model.safetensors*': weights.toString(),
      'm.gguf*': weights.toString(),
      'in/tar': 'tar',
      'in/tar+gzip': 'tar+gzip',
      'in/tar+zstd': 'tar+zstd',
    })
  })

  test('layers of KitOps, whose Kitfile names raw ones', async () => {
    const layers = [
      kitLayer('model', 'tar', tar(file('./models/m.gguf', weights))),
      kitLayer('dataset', 'tar+gzip', tar(folder('data'), file('data/a.csv', 'a,b'))),
      kitLayer('docs', 'raw', Buffer.from('# Read me')),
    ]
    const [model, dataset, docs] = layers.map(({ blob }, at) => ({
      path: ['./models/m.gguf', 'data', './README.md'][at],
      digest: sha256(blob),
    }))
    const kitfile = { model, datasets: [dataset], docs: [docs] }
    const { files } = await fetchFrom(makeKit(kitfile, layers))
    expect(files).toEqual({
      'models/m.gguf': weights.toString(),
      'data/a.csv': 'a,b',
      'README.md': '# Read me',
    })
    const fails = async (change: object, from: number): Promise<string> => {
      const kit = makeKit({ ...kitfile, ...change }, layers.slice(from))
      return message(find(`${real?.host}/${await publish(kit)}`))
    }
    expect(await fails({ model: { path: 'ghcr.io/a/base:1' } }, 1)).toContain(
      'does not have its model, which is in "ghcr.io/a/base:1". Name the ModelKit',
    )
    expect(await fails({ docs: [{ path: 'README.md' }] }, 0)).toContain('packed by an old KitOps')
  })

  test('of an image comes what a container sees in /models', async () => {
    const image = makeLayered([
      tar(
        folder('etc'),
        file('etc/passwd', 'root'),
        device('dev/null'),
        folder('models'),
        file('models/gone', 'x'),
        file('models/old/a', 'x'),
        file('models/reset/a', 'x'),
        file('models/kept', 'kept'),
        file('models/new-folder', 'x'),
      ),
      tar(
        file('/models/.wh.gone', ''),
        file('models/.wh.old', ''),
        file('models/old/b', 'b'),
        file('models/reset/.wh..wh..opq', ''),
        file('models/new-folder/in', 'in'),
        hardLink('models/hard', 'models/old/b'),
        link('models/model.file', '/models/old/b'),
        link('models/reset/up', '../kept'),
      ),
    ])
    const other = makeLayered([tar(file('models/arm', ''))])
    const index = makeIndex([
      [other.manifest, { platform: { os: 'linux', architecture: 'arm64' } }],
      [image.manifest, { platform: { os: 'linux', architecture: 'amd64' } }],
    ])
    const host = real?.host ?? ''
    await pushTo(
      host,
      'team/car',
      [...image.blobs, ...other.blobs],
      [
        [sha256(other.manifest), other.manifest],
        [sha256(image.manifest), image.manifest],
        ['1', index],
      ],
    )
    const source = await find(`${host}/team/car@${sha256(index)}`)
    const order = toOrder()
    const tree = await source.fetch(order)
    expect(source.key).toBe(hex(image.manifest))
    expect(read(tree, order.folder)).toEqual({
      kept: 'kept',
      'old/b': 'b',
      hard: 'b',
      'new-folder/in': 'in',
    })
    expect(tree.links).toEqual([
      { path: 'model.file', target: 'old/b' },
      { path: 'reset/up', target: '../kept' },
    ])
    expect(tree.emptyFolders).toEqual([])
  })

  test.each<readonly [string, Artifact, string]>([
    [
      'a chart',
      makeArtifact(
        [{ type: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', blob: Buffer.from('x') }],
        undefined,
        { type: 'application/vnd.cncf.helm.config.v1+json', blob: Buffer.from('{}') },
      ),
      'has the type application/vnd.cncf.helm.chart.content.v1.tar+gzip, and no org.opencontainers',
    ],
    [
      'nothing',
      makeArtifact([{ type: 'application/vnd.oci.empty.v1+json', blob: Buffer.from('{}') }]),
      'It has no files',
    ],
    [
      'raw weights without a path',
      makeArtifact([{ type: 'application/vnd.cncf.model.weight.v1.raw', blob: weights }]),
      'no org.cncf.model.filepath or',
    ],
    ['a path that leads out', makeOras(orasFile('a/../../b', weights)), '"a/../../b" leads out'],
    ['an absolute path', makeOras(orasFile('/etc/passwd', weights)), '"/etc/passwd" is absolute'],
    ['no name', makeOras(orasFile('./', weights)), 'without a name'],
    ['a line break', makeOras(orasFile('a\nb', weights)), '"a b" has control characters'],
    [
      'a path twice',
      makeOras(orasFile('a', weights), orasFile('./a', Buffer.from('x'))),
      'It has "a" twice',
    ],
    [
      'a file in a file',
      makeOras(orasFile('a', weights), orasFile('a/b', Buffer.from('x'))),
      '"a/b" is in "a", which is no folder',
    ],
  ])('%s is refused before anything is fetched', async (_, artifact, text) => {
    expect(await message(find(`${real?.host}/${await publish(artifact)}`))).toContain(text)
  })

  const inFolder = tar(file('data/a', 'x'))
  test.each<readonly [string, Artifact, string]>([
    [
      'an image without models',
      makeLayered([tar(file('app', 'x'))]),
      'it has none. Copy the files',
    ],
    [
      'an image with models elsewhere',
      makeLayered([tar(folder('data'), link('models', '/data'))]),
      'there it is a link to "/data"',
    ],
    ['an empty folder of models', makeLayered([tar(folder('models'))]), 'It has no files'],
    [
      'a layer of another content',
      makeLayered([tar(file('models/a', 'x'))], [sha256('other')]),
      'was promised',
    ],
    [
      'a folder of another name',
      makeOras(orasFolder('other', inFolder)),
      'not in its folder "other"',
    ],
    [
      'a folder of another content',
      makeOras(orasFolder('data', inFolder, sha256('other'))),
      'was promised',
    ],
    [
      'a file that an archive has, too',
      makeOras(orasFile('data/a', weights), orasFolder('data', inFolder)),
      'It has "data/a" twice',
    ],
    [
      'an archive of an unknown form',
      makeOras({ ...orasFolder('data', inFolder), blob: randomBytes(2_000) }),
      'no tar archive',
    ],
    [
      'half an archive',
      makeOras({ ...orasFolder('data', inFolder), blob: zlib.gzipSync(inFolder).subarray(0, 60) }),
      'could not be read: unexpected end of file',
    ],
    [
      'a link that leads out through another one',
      makeOras(
        orasFolder('d', tar(link('d/top', '..'), link('d/out', 'top/../etc/passwd'))),
        orasFile('e', weights),
      ),
      '"d/out" leads to "top/../etc/passwd", which is out of the folder',
    ],
  ])('%s is refused once it is read, and leaves no half of a file', async (_, artifact, text) => {
    const source = await find(`${real?.host}/${await publish(artifact)}`)
    const order = toOrder()
    const said = await message(source.fetch(order))
    expect(said).toContain(text)
    expect(said).toMatch(/^oci:\/\/127\.0\.0\.1:\d+\/team\/m\d+:1 cannot be had: /)
    for (const name of readdirSync(order.folder))
      expect(hex(readFileSync(join(order.folder, name)))).toBe(name)
  })

  test('what is not there, and a manifest that is none', async () => {
    expect(await message(find(`${real?.host}/team/none:1`))).toContain('does not have it')
    const answers: Readonly<Record<string, string>> = {
      none: '[]',
      // It would be another address.
      kit: `${makeKit({}, [kitLayer('code', 'tar', usual)]).manifest}`.replace(
        /sha256:\w+/,
        '../../other/blobs/x',
      ),
    }
    const network = await behind((url) => ({
      answer: (response) => response.end(answers[url.replace(/.*[/]/, '')]),
    }))
    expect(await message(find(`${network.host}/a:none`))).toContain('It has no files')
    expect(await message(find(`${network.host}/a:kit`))).toContain('Its config has no digest')
    expect(network.seen).toHaveLength(2)
  })

  const large = randomBytes(3_000_000)
  const both = makeOras(orasFile('raw', large), orasFolder('d', tar(file('d/packed', large))))

  test('what is cut off goes on where it was, packed or not', async () => {
    const cuts = [1_000_000, 5, undefined]
    const network = await behind((url, before) => {
      const cutAfter = url.includes('/blobs/') ? cuts[before] : undefined
      return cutAfter === undefined ? undefined : { cutAfter }
    })
    const source = await find(`${network.host}/${await publish(both)}`)
    const order = toOrder()
    expect(Object.keys(read(await source.fetch(order), order.folder))).toEqual(['d/packed', 'raw'])
    for (const asked of Map.groupBy(network.seen, ({ url }) => url).values()) {
      if (!asked[0]?.url.includes('/blobs/')) continue
      const begins = asked.map(({ range = 'bytes=0-' }) => Number(range.slice(6, -1)))
      expect(begins).toHaveLength(3)
      // What came last before a cut may be lost.
      expect(begins[1]).toBeGreaterThan(500_000)
      expect(begins[1]).toBeLessThanOrEqual(1_000_000)
      expect((begins[2] ?? 0) - (begins[1] ?? 0)).toBeLessThanOrEqual(5)
    }
  })

  test('a registry that begins anew is followed, too', async () => {
    const network = await behind((url, before) => {
      if (!url.includes('/blobs/')) return undefined
      return before === 0 ? { cutAfter: 1_000_000 } : { isWithoutRanges: true }
    })
    const source = await find(`${network.host}/${await publish(both)}`)
    const steps: number[] = []
    const order = toOrder({ progress: (done) => void steps.push(done) })
    expect(Object.keys(read(await source.fetch(order), order.folder))).toEqual(['d/packed', 'raw'])
    expect(steps.at(-1)).toBe(source.sizeBytes)
  })

  test('a connection that is cut off for ever is given up', async () => {
    const network = await behind((url) => (url.includes('/blobs/') ? { cutAfter: 0 } : undefined))
    const source = await find(`${network.host}/${await publish(both)}`)
    const order = toOrder()
    expect(await message(source.fetch(order))).toContain(
      'could not be read: the answer was cut off',
    )
    expect(readdirSync(order.folder)).toEqual([])
  })

  test.each([
    ['raw', 0, 100, 'in place of sha256:'],
    ['raw, at its end', 0, 2_999_999, 'in place of sha256:'],
    ['packed', 1, 2_000_000, 'in place of sha256:'],
    ['packed, where it begins', 1, 0, 'no tar archive'],
  ])('a blob that comes otherwise than it was pushed is refused: %s', async (_, at, byte, text) => {
    const digest = sha256(both.blobs[at + 1] ?? Buffer.alloc(0))
    const network = await behind((url) => (url.endsWith(digest) ? { changeAt: byte } : undefined))
    const source = await find(`${network.host}/${await publish(both)}`)
    const order = toOrder()
    expect(await message(source.fetch(order))).toContain(text)
    for (const name of readdirSync(order.folder))
      expect(hex(readFileSync(join(order.folder, name)))).toBe(name)
  })

  test('more than a blob has is not read', async () => {
    const network = await behind((url) =>
      url.includes('/blobs/')
        ? { answer: (response) => void response.write(Buffer.concat([large, large])) }
        : undefined,
    )
    const source = await find(`${network.host}/${await publish(makeOras(orasFile('a', large)))}`)
    const order = toOrder()
    expect(await message(source.fetch(order))).toContain('has more than its 3000000 bytes')
    expect(readdirSync(order.folder)).toEqual([])
  })

  test('a cancelled fetch ends at once and leaves no half of a file', async () => {
    const hung = Promise.withResolvers<void>()
    const network = await behind((url) =>
      url.includes('/blobs/')
        ? { answer: (response) => void response.write(large.subarray(0, 9), () => hung.resolve()) }
        : undefined,
    )
    const source = await find(`${network.host}/${await publish(both)}`)
    const cancelled = new AbortController()
    const order = toOrder({ signal: cancelled.signal })
    const failed = message(source.fetch(order))
    await hung.promise
    cancelled.abort(new Error('the step was cancelled'))
    expect(await failed).toBe('the step was cancelled')
    expect(readdirSync(order.folder)).toEqual([])
  })

  test('a login is for the registry alone, not for where its blobs are', async () => {
    const elsewhere = await behind(() => undefined)
    const login = `Basic ${Buffer.from('robot:x').toString('base64')}`
    const network: BadNetwork = await startBadNetwork(
      real?.host ?? '',
      ({ url, authorization }) => ({
        ...(authorization !== login && {
          answer: (response) =>
            void response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(),
        }),
        ...(authorization === login &&
          url.includes('/blobs/') && {
            answer: (response) =>
              void response.writeHead(307, { location: `http://${elsewhere.host}${url}` }).end(),
          }),
      }),
    )
    networks.push(network)
    const config = makeFolder()
    const auths = { [network.host]: { auth: login.replace('Basic ', '') } }
    writeFileSync(join(config, 'config.json'), JSON.stringify({ auths }))
    const source = await find(`${network.host}/${await publish(both)}`, config)
    const order = toOrder()
    expect(Object.keys(read(await source.fetch(order), order.folder))).toHaveLength(2)
    expect(elsewhere.seen).toHaveLength(2)
    expect(elsewhere.seen.map(({ authorization }) => authorization)).toEqual([undefined, undefined])
  })
})

test('with a token for whoever has the login, from the double that wants one of all', async () => {
  const registry = await startRegistry('private')
  try {
    const artifact = makeOras(orasFile('a', weights), orasFolder('d', tar(file('d/b', 'b'))))
    await push(registry, 'team/model', artifact.blobs, [['1', artifact.manifest]])
    const given = `${registry.host}/team/model:1`
    expect(await message(find(given))).toContain('answered 401')
    const config = makeFolder()
    const auths = { [registry.host]: { auth: registry.auth } }
    writeFileSync(join(config, 'config.json'), JSON.stringify({ auths }))
    const order = toOrder()
    const tree = await (await find(given, config)).fetch(order)
    expect(read(tree, order.folder)).toEqual({ a: weights.toString(), 'd/b': 'b' })
  } finally {
    await registry.stop()
  }
})
