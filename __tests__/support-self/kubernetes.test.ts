import { once } from 'node:events'
import { request } from 'node:https'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { events, nodes } from '../support/kubernetes/bad-day-events.ts'
import { pods } from '../support/kubernetes/bad-day-pods.ts'
import { type Kubernetes, startKubernetes } from '../support/kubernetes/server.ts'

let kubernetes: Kubernetes
beforeAll(async () => {
  kubernetes = await startKubernetes({ pods, events, nodes })
})
afterAll(() => kubernetes.stop())

type Options = {
  readonly method?: string
  readonly cert?: string
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
}

const ask = async (path: string, options: Options = {}): Promise<unknown> => {
  const { port, certificates } = kubernetes
  const where = { host: '127.0.0.1', port, path, ca: certificates.ca, servername: 'kubernetes' }
  const asked = request({ ...where, ...options, agent: false })
  asked.end()
  const [response] = await once(asked, 'response')
  const body = await json(response)
  expect(response.statusCode).toBe((body as { readonly code?: number }).code ?? 200)
  return body
}

const bearer = (token: string): Options => ({ headers: { authorization: `Bearer ${token}` } })

test('an admin may read', async () => {
  const { admin } = kubernetes.certificates
  const list = { kind: 'PodList', apiVersion: 'v1', items: pods }
  expect(await ask('/api/v1/pods', admin)).toMatchObject(list)
  expect(await ask('/api/v1/namespaces/other/pods', admin)).toMatchObject({ items: [] })
})

test('a service account that has no role may read only what there is to ask for', async () => {
  expect(await ask('/api/v1', bearer(kubernetes.token))).toMatchObject({ kind: 'APIResourceList' })
  expect(await ask('/api/v1/pods', bearer(kubernetes.token))).toMatchObject({
    code: 403,
    message:
      'pods is forbidden: User "system:serviceaccount:default:default" cannot list resource "pods" in API group "" at the cluster scope',
  })
})

test('a wrong token is refused, and nobody may read but what is public', async () => {
  const status = { kind: 'Status', status: 'Failure' }
  const refused = { ...status, code: 401, reason: 'Unauthorized' }
  expect(await ask('/api/v1/pods', bearer('wrong'))).toMatchObject(refused)
  expect(await ask('/version', bearer('wrong'))).toMatchObject(refused)
  expect(await ask('/api/v1/pods')).toMatchObject({
    ...{ ...status, code: 403, reason: 'Forbidden' },
    message:
      'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope',
  })
  expect(await ask('/api')).toMatchObject({ code: 403 })
  expect(await ask('/version')).toMatchObject({ major: '1' })
})

test('what is not there is not found, and nothing may be changed', async () => {
  const { admin } = kubernetes.certificates
  expect(await ask('/api/v1/secrets', admin)).toMatchObject({ code: 404, reason: 'NotFound' })
  expect(await ask('/apis/batch/v1', admin)).toMatchObject({ code: 404 })
  expect(await ask('/api/v1/pods', { ...admin, method: 'POST' })).toMatchObject({ code: 405 })
})

test('lists come in pieces for who asks for them', async () => {
  const { admin } = kubernetes.certificates
  type List = {
    readonly items: readonly unknown[]
    readonly metadata: { readonly continue?: string; readonly remainingItemCount?: number }
  }
  const first = (await ask('/api/v1/nodes?limit=2', admin)) as List
  expect(first).toMatchObject({ items: nodes.slice(0, 2), metadata: { remainingItemCount: 1 } })
  const next = `/api/v1/nodes?limit=2&continue=${first.metadata.continue}`
  const last = (await ask(next, admin)) as List
  expect(last.items).toEqual(nodes.slice(2))
  expect(last.metadata.continue).toBeUndefined()
})
