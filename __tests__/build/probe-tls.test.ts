import { afterAll, beforeAll, expect, test } from 'vitest'
import { probeTls } from '../../src/build/probe-tls.ts'
import type { BuilderNode } from '../../src/inputs/builder-request.ts'
import { startTlsProxy, type TlsProxy } from '../support/tls-proxy.ts'

let tls: TlsProxy
beforeAll(async () => {
  tls = await startTlsProxy('tcp://127.0.0.1:1')
})
afterAll(() => tls.stop())

const node = (options: Readonly<Record<string, string>>, endpoint = tls.endpoint): BuilderNode => ({
  endpoint,
  options: Object.entries(options).map(([name, value]) => `"${name}=${value}"`),
  flags: undefined,
  platforms: [],
  certificates: [],
})

const problemOf = async (each: BuilderNode): Promise<string> =>
  probeTls(each).then(
    () => '',
    ({ message }: Error) => message,
  )

const good = () => ({ cacert: tls.files.ca, cert: tls.files.cert, key: tls.files.key })
const servername = 'buildkit.test'

test('who has all that it takes is let through', async () => {
  expect(await problemOf(node({ ...good(), servername }))).toBe('')
})

test('what is certainly wrong', async () => {
  const { ca, otherCa } = tls.files
  const problems = await Promise.all(
    [
      { ...good(), cacert: otherCa, servername },
      { ...good(), servername: 'other.test' },
      good(),
      { cacert: ca, servername },
    ].map((options) => problemOf(node(options))),
  )
  expect(problems).toEqual([
    expect.stringMatching(/cannot be used: cacert did not sign its certificate$/),
    expect.stringMatching(/is for another name: .*other\.test.*DNS:buildkit\.test/),
    expect.stringMatching(/is for another name: .*127\.0\.0\.1/),
    expect.stringMatching(/refuses our certificate: .*certificate required/),
  ])
})

test('what buildx may do otherwise is left to it', async () => {
  expect(await problemOf(node({ ...good(), servername }, 'tcp://127.0.0.1:1'))).toBe('')
  expect(await problemOf(node({ ...good(), cacert: '/nowhere' }, 'unix:///socket'))).toBe('')
  expect(await problemOf(node({}))).toBe('')
  expect(await problemOf(node(good(), 'tcp://127.0.0.1:99999999'))).toBe('')
})
