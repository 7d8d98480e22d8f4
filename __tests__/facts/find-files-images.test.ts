import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { EngineApi } from '../../src/docker/engine-api.ts'
import { findFilesImages, inspectNodes, isStale } from '../../src/facts/find-files-images.ts'
import type { NodeFiles } from '../../src/inputs/node-files.ts'
import { nodeNamed } from '../support/found.ts'

const [first, second] = ['kind-worker', 'kind-worker2'].map(nodeNamed) as [
  ReturnType<typeof nodeNamed>,
  ReturnType<typeof nodeNamed>,
]
const nodes = [first, second]
const [id, config, top] = ['a'.repeat(16), 'c'.repeat(64), `sha256:${'1'.repeat(64)}`]
const name = `slipway.local/models:${id}`
const old = `slipway.local/models:${'b'.repeat(16)}`
const other = `slipway.local/other:${id}`

const models: NodeFiles = {
  given: 'models:/var/local/models',
  origin: { kind: 'local', path: '/w/models' },
  target: '/var/local/models',
  isWritable: false,
}

const whole = [
  `label\t${name}\t${config}.${config}.${'d'.repeat(64)}.17`,
  `snapshot\t${top}\t3`,
  `held\tsha256:${config}\t${top}`,
  `image\tsha256:${config}\t${name}`,
].join('\n')
const can = 'containerd\t2.1.9'
const made = `${can}\nimage\t${name}\tfree\tpinned`

type Printed = { readonly list: string; readonly state?: string }

/** Docker as far as nodes are asked: what they can, and what they have. */
const asking = (printed: Readonly<Record<string, Printed>>) =>
  ({
    get: async () => ({ ExitCode: 0 }),
    post: async (path: string, { Cmd }: { readonly Cmd: readonly string[] }) => ({
      Id: `${path.split('/')[2]} ${Cmd.includes('list') ? 'list' : 'state'}`,
    }),
    attach: async (path: string) => {
      const [node = '', what = ''] = (path.split('/')[2] ?? '').split(' ')
      const text = printed[node]?.[what as keyof Printed] ?? ''
      const header = Buffer.alloc(8)
      header[0] = 1
      header.writeUInt32BE(text.length, 4)
      const socket = new PassThrough()
      socket.end(Buffer.concat([header, Buffer.from(text)]))
      return socket
    },
  }) as unknown as EngineApi

const find = async (
  one: Printed,
  two: Printed = { list: made, state: whole },
  { makes = true, prunes = false, able = [models] as readonly NodeFiles[] } = {},
) => {
  const api = asking({ [first.name]: one, [second.name]: two })
  const inputs = { makesFilesImages: makes, prunesNodeFiles: prunes }
  const states = await inspectNodes(api, inputs, nodes)
  const { images, of } = await findFilesImages(api, inputs, able, states, () => id)
  const found = of.get(models)
  return { ...images, reference: found?.reference, has: [...(found?.nodes ?? [])] }
}

test.each<[string, Printed, boolean]>([
  ['has it', { list: made, state: whole }, true],
  ['has none', { list: can }, false],
  [
    'has one that kubelet may remove',
    { list: made.replace('pinned', 'loose'), state: whole },
    false,
  ],
  [
    'has one without its snapshot',
    { list: made, state: whole.replace(/^snapshot.*$/m, '') },
    false,
  ],
])('a node that %s', async (_, printed, has) => {
  const found = await find(printed)
  expect(found.has).toEqual(has ? nodes : [second])
  expect(found.reference).toBe(has ? name : undefined)
  expect(found.objection).toBeUndefined()
})

test('one node that cannot mount images is enough for none', async () => {
  const found = await find({ list: 'containerd\t1.7.24' })
  expect(found.objection).toMatch(/^kind-worker has containerd 1\.7/)
  expect([found.has, found.reference]).toEqual([[], undefined])
  expect((await find({ list: 'containerd\t1.7.24' }, undefined, { makes: false })).objection).toBe(
    undefined,
  )
})

test('an image of another path that ends alike stays', async () => {
  const lib = { ...models, target: '/var/lib/models' }
  const found = await find(withOther(''), undefined, { able: [lib] })
  expect(found.hasStale).toBe(false)
  expect(isStale(name, new Set(), found.scope)).toBe(false)
})

const withOther = (line: string): Printed => ({ list: `${made}\n${line}`, state: whole })

test.each<[string, string, Parameters<typeof find>[2], boolean]>([
  ['an earlier version', `image\t${old}\tfree\tpinned`, {}, true],
  ['one that a pod has', `image\t${old}\tused\tpinned`, {}, false],
  ['another path', `image\t${other}\tfree\tpinned`, {}, false],
  ['another path, where all go', `image\t${other}\tfree\tpinned`, { prunes: true }, true],
  ['a path that is no image any more', '', { makes: false, prunes: true, able: [] }, true],
  ['what nobody asks about', `image\t${old}\tfree\tpinned`, { makes: false }, false],
])('whether %s can go', async (_, line, how, expected) => {
  expect((await find(withOther(line), undefined, how)).hasStale).toBe(expected)
})
