import { once } from 'node:events'
import { request } from 'node:https'
import { json } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type KubernetesApi, startKubernetesApi } from '../support/kubernetes-api/server.ts'

let api: KubernetesApi
beforeAll(async () => {
  api = await startKubernetesApi(['default'])
})
afterEach(() => {
  api.clear()
  api.deny()
  api.setObstacle(undefined)
})
afterAll(() => api.stop())

/** A field of protobuf: a text, a message of fields, or a number. */
type Field = readonly [number: number, value: string | number | readonly Field[]]

const varint = (value: number): readonly number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >> 7)]

const encode = (fields: readonly Field[]): Buffer =>
  Buffer.concat(
    fields.map(([number, value]) => {
      if (typeof value === 'number') return Buffer.from([...varint(number << 3), ...varint(value)])
      const bytes = typeof value === 'string' ? Buffer.from(value) : encode(value)
      return Buffer.concat([
        Buffer.from([...varint((number << 3) | 2), ...varint(bytes.length)]),
        bytes,
      ])
    }),
  )

const envelope = (apiVersion: string, kind: string, object: readonly Field[]): Buffer => {
  const type: Field = [
    1,
    [
      [1, apiVersion],
      [2, kind],
    ],
  ]
  return Buffer.concat([Buffer.from('k8s\0'), encode([type, [2, object]])])
}

const label = (name: string, value: string): Field => [
  11,
  [
    [1, name],
    [2, value],
  ],
]

const configMap = (name: string, ...more: readonly Field[]): Buffer =>
  envelope('v1', 'ConfigMap', [
    [1, [[1, name], ...more]],
    [
      2,
      [
        [1, 'a.toml'],
        [2, 'debug'],
      ],
    ],
  ])

const deployment = (name: string, podLabel: string): Buffer =>
  envelope('apps/v1', 'Deployment', [
    [1, [[1, name], label('app', name)]],
    [
      2,
      [
        [1, 1],
        [
          2,
          [
            [
              1,
              [
                [1, 'app'],
                [2, name],
              ],
            ],
          ],
        ],
        [
          3,
          [
            [1, [label('app', podLabel)]],
            [
              2,
              [
                [
                  2,
                  [
                    [1, 'buildkitd'],
                    [2, 'image:1'],
                  ],
                ],
              ],
            ],
          ],
        ],
      ],
    ],
  ])

const ask = async (method: string, path: string, body?: Buffer, token = api.token) => {
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(api.kubeconfig())?.[1])
  const where = { host: '127.0.0.1', port, ca: api.ca, servername: 'kubernetes', agent: false }
  const headers = token === '' ? {} : { authorization: `Bearer ${token}` }
  const asked = request({ ...where, method, path, headers })
  asked.end(body)
  const [response] = await once(asked, 'response')
  return { status: response.statusCode, body: await json(response) }
}

const core = '/api/v1/namespaces/default'
const apps = '/apis/apps/v1/namespaces/default'

test('a config map is made once, read, written again and removed', async () => {
  const made = await ask('POST', `${core}/configmaps`, configMap('a'))
  const data = { 'a.toml': 'debug' }
  expect(made).toMatchObject({ status: 201, body: { metadata: { name: 'a' }, data } })
  expect(await ask('POST', `${core}/configmaps`, configMap('a'))).toMatchObject({
    status: 409,
    body: { reason: 'AlreadyExists', message: 'configmaps "a" already exists' },
  })
  expect(await ask('PUT', `${core}/configmaps/a`, configMap('a'))).toMatchObject({ status: 200 })
  expect(await ask('GET', `${core}/configmaps`)).toMatchObject({ body: { items: [{ data }] } })
  expect(await ask('DELETE', `${core}/configmaps/a`)).toMatchObject({ status: 200 })
  expect(await ask('GET', `${core}/configmaps/a`)).toMatchObject({
    status: 404,
    body: { reason: 'NotFound', message: 'configmaps "a" not found' },
  })
})

test('who is nobody, or may not, is refused', async () => {
  expect(await ask('GET', `${core}/pods`, undefined, 'wrong')).toMatchObject({ status: 401 })
  expect(await ask('GET', `${core}/pods`, undefined, '')).toMatchObject({ status: 403 })
  api.deny('create configmaps')
  expect(await ask('POST', `${core}/configmaps`, configMap('a'))).toMatchObject({
    status: 403,
    body: {
      message:
        'configmaps is forbidden: User "system:serviceaccount:ci:builder" cannot create resource "configmaps" in API group "" in the namespace "default"',
    },
  })
})

test.each([
  ['a namespace that is not there', '/api/v1/namespaces/none/configmaps', configMap('a'), 404],
  ['a name', `${core}/configmaps`, configMap('A_b'), 422],
  ['a label', `${core}/configmaps`, configMap('a', label('a', 'b c')), 422],
  ["a label's name", `${core}/configmaps`, configMap('a', label('-a', 'b')), 422],
  ['a selector that is not its template', `${apps}/deployments`, deployment('a', 'b'), 422],
])('%s', async (_, path, body, status) => {
  expect(await ask('POST', path, body)).toMatchObject({ status })
  expect(api.names()).toEqual([])
})

test('what it does not know, it does not take', async () => {
  expect(await ask('GET', `${core}/secrets`)).toMatchObject({ status: 404 })
  expect(await ask('PATCH', `${core}/configmaps/a`)).toMatchObject({ status: 404 })
})

test('a pod that finds no node: no replica is ready, and an event says why', async () => {
  api.setObstacle({ kind: 'unschedulable', message: '0/1 nodes are available' })
  expect(await ask('POST', `${apps}/deployments`, deployment('a', 'a'))).toMatchObject({
    status: 201,
  })
  await eventually('there is a pod', () => api.names().length === 2)
  const { body } = await ask('GET', `${apps}/deployments/a`)
  expect(body).toMatchObject({ status: {} })
  expect(await ask('GET', `${core}/pods?labelSelector=app%3Da`)).toMatchObject({
    body: { items: [{ status: { phase: 'Pending' } }] },
  })
  expect(await ask('GET', `${core}/pods?labelSelector=app%3Db`)).toMatchObject({
    body: { items: [] },
  })
  expect(await ask('GET', `${core}/events?fieldSelector=type%3DWarning`)).toMatchObject({
    body: { items: [{ reason: 'FailedScheduling', message: '0/1 nodes are available' }] },
  })
  await ask('DELETE', `${apps}/deployments/a`)
  expect(api.names()).toEqual([])
})
