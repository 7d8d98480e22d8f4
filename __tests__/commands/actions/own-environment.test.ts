import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { findValues } from '../../../src/commands/actions/own-environment.ts'

const valuesOf = (text: string, isMeant: (name: string) => boolean): readonly string[] => {
  const block = Buffer.from(text)
  return findValues(block, isMeant).map(({ start, end }) => block.toString('utf8', start, end))
}

test('values lie between the first sign and the end of an entry', () => {
  const block = 'A=1\0INPUT_X=a=b\nc\0INPUT_Y=\0B\0=C\0\0INPUT_Ä=ö\0INPUT_Z=cut off'
  expect(valuesOf(block, (name) => name.startsWith('INPUT_'))).toEqual(['a=b\nc', 'ö', 'cut off'])
  expect(valuesOf(block, () => true)).toEqual(['1', 'a=b\nc', 'C', 'ö', 'cut off'])
  expect(valuesOf('', () => true)).toEqual([])
})

/** A process that reads its environment as the action does, and tells what is left of it. */
const script = `
  import { readFileSync } from 'node:fs'
  import { execFileSync } from 'node:child_process'
  import { forgetSecrets, readEnvironment } from './src/commands/actions/environment.ts'
  const environment = await readEnvironment()
  const why = forgetSecrets(environment)
  const block = readFileSync('/proc/self/environ', 'utf8')
  const child = execFileSync('env', { encoding: 'utf8', env: environment.childEnv })
  const { inputs, env, cacheEnv } = environment
  const own = Object.entries(process.env)
  console.log(JSON.stringify({ why: why ?? '', block, child, inputs, own, env, cacheEnv }))
`

test('a process that has read its inputs has them in no environment any more', () => {
  const secrets = {
    'INPUT_PRIVATE-KEY': 'the-private-key\nof two lines',
    'INPUT_SECRET-ENVS': 'npm=NPM_TOKEN',
    'INPUT_UNKNOWN WORD': 'whatever-it-is',
    STATE_token: 'the-state',
    NPM_TOKEN: 'the-npm-token',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'the-oidc-token',
  }
  const runtime = { ACTIONS_RUNTIME_TOKEN: 'the-runtime-token', GITHUB_OUTPUT: '/the-output' }
  const env = { PATH: '.:/usr/bin::/bin:node_modules/.bin', KEPT: 'kept', ...secrets, ...runtime }
  const node = ['--input-type=module', '--eval', script]
  const printed = execFileSync(process.execPath, node, { encoding: 'utf8', env })
  const told = JSON.parse(printed) as Record<string, string>
  expect(told['why']).toBe('')
  expect(told['inputs']).toMatchObject({ 'private-key': secrets['INPUT_PRIVATE-KEY'] })
  // What inputs name is read from here.
  expect(told['env']).toMatchObject({ NPM_TOKEN: 'the-npm-token' })
  const all = [...Object.values(secrets), ...Object.values(runtime)]
  for (const place of ['block', 'child']) {
    expect(told[place]).toContain('KEPT=kept')
    for (const value of all) expect(told[place]).not.toContain(value)
  }
  // The toolkit writes outputs by this; the cache's client is told where it is.
  const own = Object.fromEntries(told['own'] as unknown as [string, string][])
  expect(own).toMatchObject({ GITHUB_OUTPUT: '/the-output', KEPT: 'kept', PATH: '/usr/bin:/bin' })
  expect(told['cacheEnv']).toEqual({ ACTIONS_RUNTIME_TOKEN: 'the-runtime-token' })
  expect(Object.keys(own).filter((name) => /^INPUT_|^STATE_|^NPM|^ACTIONS/.test(name))).toEqual([])
})
