import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type BuildWarning, findPersisted, findSecretWarnings } from '../../src/build/warnings.ts'
import type { Docker } from '../../src/docker/docker.ts'
import { readTarget } from '../support/target.ts'

let context: string
beforeEach(() => {
  context = mkdtempSync(join(tmpdir(), 'slipway-context-'))
  mkdirSync(join(context, '.git'))
})
afterEach(() => rmSync(context, { recursive: true }))

const write = (name: string, text: string): void => writeFileSync(join(context, name), text)

const targetOf = (raw: object = {}) => {
  return readTarget({ context, tags: 'a:1', ...raw })
}

const asked: string[] = []
/** A buildx that is too old to be asked. */
const old = {
  try: async (args: readonly string[]) => {
    asked.push(args.join(' '))
    return { code: 125, stdout: '', stderr: 'unknown flag: --call', timedOut: false }
  },
} as unknown as Docker

const tell = ({ message, location }: BuildWarning): string =>
  `${location?.file.slice(context.length + 1)}:${location?.line} ${message}`

const secretsFor = async (passed: readonly string[], raw: object = {}) => {
  asked.length = 0
  const place = { workspace: '/', tempDir: context }
  return (await findSecretWarnings(old, targetOf(raw), place, passed)).map(tell)
}

test('a secret that is mounted and not given is told with its line', async () => {
  write(
    'Dockerfile',
    'FROM x\nRUN --mount=type=secret,id=github_token a\nRUN --mount=type=secret,id=npm_token b\n',
  )
  expect(await secretsFor(['github_token'])).toEqual([
    'Dockerfile:3 A RUN mounts the secret `npm_token`, which is not given: that step finds no file there. Name it in secrets, secret-envs or secret-files.',
  ])
})

test('BuildKit is asked where a secret may be missing, and with what decides about it', async () => {
  write('Dockerfile', 'FROM x\nRUN --mount=type=secret,id=a a\n')
  await secretsFor(['a'])
  expect(asked).toEqual([])
  const raw = {
    file: join(context, 'Dockerfile'),
    target: 'x',
    'build-args': 'A=1',
    'build-contexts': 'x=y',
    labels: 'a=b',
    ssh: 'default',
    network: 'host',
    'no-cache': 'true',
    pull: 'true',
  }
  await secretsFor(['b'], raw)
  const file = join(context, 'outline-default.json')
  expect(asked).toEqual([`buildx bake --call=outline,format=json --file=${file} -- default`])
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    target: {
      default: {
        context,
        dockerfile: raw.file,
        target: 'x',
        args: { A: '1' },
        contexts: { x: 'y' },
      },
    },
  })
})

const persisted = '[http "https://github.com/"]\n\textraheader = AUTHORIZATION: basic eHh4\n'

test("checkout's credentials in the context are told", async () => {
  write('.git/config', persisted)
  expect((await findPersisted(targetOf(), '/')).map(tell)).toEqual([
    expect.stringMatching(/^\.git\/config:2 The build context holds checkout's credentials/),
  ])
})

test('a context that is an address has no files here', async () => {
  const address = { context: 'https://github.com/acme/app.git' }
  expect(await findPersisted(targetOf(address), '/')).toEqual([])
  expect(await secretsFor([], address)).toEqual([])
})
