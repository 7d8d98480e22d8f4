import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { inspect } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { askHelper } from '../../../src/image/sources/registry/ask-helper.ts'
import {
  createConversation,
  readDocument,
} from '../../../src/image/sources/registry/conversation.ts'
import { findLogin } from '../../../src/image/sources/registry/login.ts'
import { makeImage, push } from '../../support/blob-images.ts'
import { type Registry, startRegistry } from '../../support/registry.ts'

const root = mkdtempSync(join(tmpdir(), 'slipway-login-'))
const { signal } = new AbortController()
const image = makeImage(['one'])
let registry: Registry
let made = 0

beforeAll(async () => {
  registry = await startRegistry('private')
  await push(registry, 'team/api', [image.config, ...image.layers], [['1', image.manifest]])
})
afterAll(async () => {
  await registry.stop()
  rmSync(root, { recursive: true })
})

/** Docker's file, and beside it the program `docker-credential-odd`, which writes down what it is asked. */
const arrange = (config: object, script = '') => {
  made += 1
  const folder = join(root, `${made}`)
  mkdirSync(folder)
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config))
  const file = join(folder, 'docker-credential-odd')
  const record = `{ printf '%s|' "$@"; cat; } >>${folder}/asked`
  writeFileSync(file, `#!/bin/sh\n${record}\n${script}\n`)
  chmodSync(file, 0o755)
  const PATH = [folder, process.env['PATH']].join(delimiter)
  const asked = (): string => readFileSync(join(folder, 'asked'), 'utf8')
  return { asker: { env: { PATH, DOCKER_CONFIG: folder }, signal }, asked, folder }
}

const tell = (Username: string, Secret: string): string =>
  `echo '${JSON.stringify({ ServerURL: 'x', Username, Secret })}'`

const tellOwn = (): string => {
  const [user = '', secret = ''] = Buffer.from(registry.auth, 'base64').toString().split(':')
  return tell(user, secret)
}

const fetchIt = async (asker: Parameters<typeof createConversation>[1], host = registry.host) => {
  const place = { domain: host, repository: 'team/api', version: '1' }
  const { get, dispose } = createConversation(place, asker)
  return readDocument(get, 'manifests/1', undefined).finally(dispose)
}

test.each([
  ['credHelpers', () => ({ credHelpers: { [registry.host]: 'odd' }, credsStore: 'none' })],
  ['credsStore', () => ({ credHelpers: { elsewhere: 'none' }, credsStore: 'odd' })],
])('by %s a helper is asked for the login, as Docker asks it', async (_, toConfig) => {
  const { asker, asked } = arrange(toConfig(), tellOwn())
  expect(await fetchIt(asker)).toBe(image.manifest.toString())
  expect(asked()).toBe(`get|${registry.host}`)
})

test("Docker Hub has a helper by Docker's own name for it, and where none is named the file counts", async () => {
  const hub = 'https://index.docker.io/v1/'
  const { asker, asked } = arrange({ credHelpers: { [hub]: 'odd' } }, tell('me', 'pw'))
  const { login } = await findLogin(asker, 'docker.io')
  expect([login?.kind, login?.secret.expose()]).toEqual(['basic', `Basic ${btoa('me:pw')}`])
  expect(asked()).toBe(`get|${hub}`)
  const auth = btoa('file:pw')
  const config = { credsStore: 'odd', credHelpers: { x: '' }, auths: { x: { auth } } }
  const inFile = await findLogin(arrange(config).asker, 'x')
  expect(inFile.login?.secret.expose()).toBe(`Basic ${auth}`)
})

test.each([
  ['ghcr.io', 'https://ghcr.io/v2/', true],
  ['ghcr.io', 'https://ghcr.io', true],
  ['ghcr.io', 'ghcr.io/', true],
  ['r.example:5000', 'http://r.example:5000/v1/', true],
  ['ghcr.io', 'https://ghcr.io.example/v2/', false],
  // Docker's command asks for Docker Hub's login by its old address alone.
  ['docker.io', 'docker.io', false],
  ['docker.io', 'https://index.docker.io/v2/', false],
])(
  'a login for %s that somebody has written as %s is found as Docker finds it',
  async (domain, key, isFound) => {
    const find = async (auths: object) => {
      const { login } = await findLogin(arrange({ auths }).asker, domain)
      return login?.secret.expose()
    }
    const auth = btoa('me:pw')
    expect(await find({ [key]: { auth } })).toBe(isFound ? `Basic ${auth}` : undefined)
    const own = domain === 'docker.io' ? 'https://index.docker.io/v1/' : domain
    const exact = btoa('exact:pw')
    expect(await find({ [key]: { auth }, [own]: { auth: exact } })).toBe(`Basic ${exact}`)
  },
)

test.each([
  [{ username: 'me', password: 'pw' }, 'me:pw'],
  [{ auth: '', username: 'me', password: 'pw' }, 'me:pw'],
  [{ auth: btoa('auth:pw'), username: 'me', password: 'pw' }, 'auth:pw'],
  [{ auth: 'not base64', username: 'me', password: 'pw' }, undefined],
  [{ username: 'me' }, undefined],
  [{ username: 1, password: ['pw'] }, undefined],
])(
  'a name and a password without auth, as secrets of Kubernetes have them: %j',
  async (entry, told) => {
    const { login } = await findLogin(arrange({ auths: { x: entry } }).asker, 'x')
    expect(login?.secret.expose()).toBe(told && `Basic ${btoa(told)}`)
  },
)

test('DOCKER_AUTH_CONFIG goes before files and helpers, for the registries that it has', async () => {
  const { asker } = arrange({ credsStore: 'odd' }, tell('helper', 'pw'))
  const find = async (variable: unknown, domain: string) => {
    const env = { ...asker.env, DOCKER_AUTH_CONFIG: JSON.stringify(variable) }
    const { login } = await findLogin({ ...asker, env }, domain)
    return atob(login?.secret.expose().slice('Basic '.length) ?? '')
  }
  const auths = {
    x: { auth: btoa('me:x') },
    'https://index.docker.io/v1/': { auth: btoa('me:hub') },
  }
  expect(await find({ auths }, 'x')).toBe('me:x')
  expect(await find({ auths }, 'docker.io')).toBe('me:hub')
  expect(await find({ auths }, 'y')).toBe('helper:pw')
  // Docker reads none of these either.
  for (const other of [
    { auths, credsStore: 'odd' },
    { auths: { ...auths, y: { auth: btoa('me:y'), email: '' } } },
    { auths: { ...auths, y: null } },
    { auths: { ...auths, y: {} } },
    { auths: { ...auths, y: { auth: '' } } },
    // An address is looked for in the file alone.
    { auths: { 'https://x/v2/': auths.x } },
    null,
    '',
  ])
    expect(await find(other, 'x')).toBe('helper:pw')
})

test('who is not known to the helper asks as anybody', async () => {
  const script = 'echo credentials not found in native keychain; exit 1'
  const auths = { [registry.host]: { auth: registry.auth } }
  const { asker } = arrange({ credsStore: 'odd', auths }, script)
  expect(await findLogin(asker, registry.host)).toEqual({ login: undefined })
  await expect(fetchIt(asker)).rejects.toThrow('answered 401')
})

test.each([
  ['fails', 'echo s3cret; echo s3cret >&2; exit 3', 'failed: exit code 3.'],
  ['floods', 'exec yes s3cret', 'failed: it was ended.'],
  ['answers with something else', 'echo s3cret', 'answered with no login.'],
  ['has no secret', 'echo \'{"Username": "s3cret"}\'', 'answered with no login.'],
])(
  'where a helper %s, the file counts, and a refusal names it, not its words',
  async (_, script, why) => {
    const credHelpers = { [registry.host]: 'odd' }
    const { auth } = registry
    const file = arrange({ credHelpers, auths: { [registry.host]: { auth } } }, script)
    expect(await fetchIt(file.asker)).toBe(image.manifest.toString())
    const refused = await fetchIt(arrange({ credHelpers }, script).asker).catch((error) => error)
    expect(refused.remedy).toContain(`The credential helper docker-credential-odd ${why}`)
    expect(inspect(refused)).not.toContain('s3cret')
  },
)

test('a helper that hangs has a deadline, one that is missing is named, and a path is no name', async () => {
  const { asker, folder } = arrange({}, 'sleep 300')
  expect(await askHelper('odd', 'x', asker, 300)).toMatch(/odd did not answer in 0\.3 s/)
  expect(await askHelper('none', 'x', asker)).toMatch(/none could not be started/)
  for (const name of ['', `../${folder}/x`, '-odd', 'a b', 'odd\n'])
    expect(await askHelper(name, 'x', asker)).toBe('The name of its credential helper is none.')
})

test('a helper is asked only where the registry wants to know who asks', async () => {
  const server = createServer((_, response) => void response.end('{}')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const { asker, asked } = arrange({ credsStore: 'odd' })
  expect(await fetchIt(asker, host)).toBe('{}')
  expect(asked).toThrow('ENOENT')
  server.close()
})

test.each([
  ['of a helper', { credsStore: 'odd' }, tell('<token>', 'identity-1')],
  ['of the file', { auths: { HOST: { auth: btoa('x:'), identitytoken: 'identity-1' } } }, ''],
])('an identity token %s is exchanged for a token', async (_, config, script) => {
  const forms: string[] = []
  const server = createServer(async (request, response) => {
    const { url = '', method, headers } = request
    const { host, authorization } = headers
    if (url.startsWith('/token')) {
      forms.push(`${method} ${headers['content-type']} ${authorization} ${await text(request)}`)
      response.end(JSON.stringify({ access_token: 'access-1' }))
    } else if (authorization === 'Bearer access-1') response.end('{}')
    else {
      const challenge = `Bearer realm="http://${host}/token",service="odd registry"`
      response.writeHead(401, { 'www-authenticate': challenge }).end()
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const named = JSON.parse(JSON.stringify(config).replace('HOST', host))
  expect(await fetchIt(arrange(named, script).asker, host)).toBe('{}')
  expect(forms).toEqual([
    'POST application/x-www-form-urlencoded undefined grant_type=refresh_token&client_id=slipway&service=odd+registry&scope=repository%3Ateam%2Fapi%3Apull&refresh_token=identity-1',
  ])
  server.closeAllConnections()
  server.close()
})

test.each([
  ['Gitea, without a login', ['BEARER', 'Basic realm="Gitea Container Registry"'], {}],
  ['Gitea, with one', ['BEARER', 'Basic realm="Gitea Container Registry"'], { auth: btoa('a:b') }],
  ['the other way around', ['Basic realm="Registry, of ours"', 'BEARER'], {}],
  ['words within quotes', ['Basic realm="Registry, Bearer of ours"', 'BEARER'], {}],
  ['without quotes', ['bearer Realm=REALM, service=odd'], {}],
])('a registry that takes tokens and names gives a token: %s', async (_, challenges, login) => {
  const logins: unknown[] = []
  const server = createServer((request, response) => {
    const { url = '', headers } = request
    const realm = `http://${headers.host}/token`
    if (url.startsWith('/token')) {
      logins.push(headers.authorization)
      response.end(JSON.stringify({ token: 'token-1' }))
    } else if (headers.authorization === 'Bearer token-1') response.end('{}')
    else {
      const own = challenges.map((each) =>
        each.replace('BEARER', `Bearer realm="${realm}",service="odd"`).replace('REALM', realm),
      )
      response.writeHead(401, { 'www-authenticate': own }).end()
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  expect(await fetchIt(arrange({ auths: { [host]: login } }).asker, host)).toBe('{}')
  expect(logins).toEqual(['auth' in login ? `Basic ${login.auth}` : undefined])
  server.closeAllConnections()
  server.close()
})
