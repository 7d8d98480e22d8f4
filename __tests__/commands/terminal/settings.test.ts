import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { commands } from '../../../src/commands/terminal/commands.ts'
import { gatherInputs } from '../../../src/commands/terminal/environment.ts'
import { parseArgv } from '../../../src/commands/terminal/parse-argv.ts'
import { readSettings } from '../../../src/commands/terminal/settings.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-settings-'))
  vi.spyOn(process, 'cwd').mockReturnValue(folder)
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

const write = (text: string): void => writeFileSync(join(folder, 'slipway.yaml'), text)

test('texts, lists, and builds as they are in YAML', async () => {
  write(`cluster-name: dev
nodes: [a, b]
push: true
targets:
builds:
  - { tags: "api:1.10", context: api }
`)
  expect(await readSettings(folder)).toEqual({
    'cluster-name': 'dev',
    nodes: 'a\nb',
    push: 'true',
    builds: '[{"tags":"api:1.10","context":"api"}]',
  })
})

test('no file is no setting', async () => {
  expect(await readSettings(folder)).toEqual({})
})

test('all that is wrong is told at once', async () => {
  write('tag: x\nmode: run\nprivate-key: k3y\nnodes: { a: b }\ntargets: []\n')
  const error = await readSettings(folder).catch(({ message }: Error) => message)
  expect(error).toMatchInlineSnapshot(`
    "slipway.yaml has 5 problems; nothing was done.
    - tag: no setting of the command line. Did you mean tags?
    - mode: no setting of the command line. Leave it out.
    - private-key: a secret does not belong into slipway.yaml. Put it into the variable SLIPWAY_PRIVATE_KEY.
    - nodes: neither a text nor a list of texts.
    - targets: it names nothing. Leave it out, or name at least one."
  `)
  expect(error).not.toContain('k3y')
})

test.each([
  ['a:\n\tb', /^slipway.yaml:2: a tab/],
  ['- a', /is no list of settings/],
])('%j is refused', async (text, message) => {
  write(text)
  await expect(readSettings(folder)).rejects.toThrow(message)
})

test('a folder or a pipe of that name is not waited for', async () => {
  mkdirSync(join(folder, 'slipway.yaml'))
  await expect(readSettings(folder)).rejects.toThrow('slipway.yaml cannot be read as a file')
})

const gather = (argv: readonly string[], env: NodeJS.ProcessEnv = {}) => {
  const asked = parseArgv(argv)
  const command = commands.find(({ name }) => name === asked.command?.name)
  if (command === undefined) throw new Error('no command')
  return gatherInputs(command, asked, env)
}

test("flags say more than kind's variable, and that more than the file", async () => {
  write('cluster-name: file\n')
  const load = ['load', 'docker-image', 'a:1']
  const nameOf = async (...asked: Parameters<typeof gather>) =>
    (await gather(...asked))['cluster-name']
  expect(await nameOf(load)).toBe('file')
  expect(await nameOf(load, { KIND_CLUSTER_NAME: 'variable' })).toBe('variable')
  expect(await nameOf([...load, '-n', 'flag'], { KIND_CLUSTER_NAME: 'variable' })).toBe('flag')
  write('')
  expect(await nameOf(load)).toBe('kind')
})

test("kind's variable names no cluster where this machine is the cluster", async () => {
  const env = { KIND_CLUSTER_NAME: 'variable' }
  const load = ['load', 'docker-image', 'a:1', '--cluster', 'containerd']
  expect((await gather(load, env))['cluster-name']).toBe('kind')
  expect((await gather([...load, '-n', 'flag'], env))['cluster-name']).toBe('flag')
  write('cluster: containerd\n')
  expect((await gather(['load', 'docker-image', 'a:1'], env))['cluster-name']).toBe('kind')
  // It finds a cluster of kind whatever the file says.
  expect((await gather(['diagnose'], env))['cluster-name']).toBe('variable')
})

test('a command reads only what it uses', async () => {
  write('context: .\ntags: a:1\nload-mode: stream\n')
  const inputs = await gather(['load', 'docker-image', 'a:1'])
  expect(inputs).toMatchObject({ images: 'a:1', 'pull-images': 'never', 'load-mode': 'stream' })
  expect(inputs).not.toHaveProperty('context')
  expect(await gather(['report', 'a:1'])).not.toHaveProperty('tags')
})

test('kind never pulls, unless a flag says so', async () => {
  const inputs = await gather(['load', 'docker-image', 'a:1', '--pull-images', 'missing'])
  expect(inputs['pull-images']).toBe('missing')
})

test('build: the folder that one is in, unless something else is named', async () => {
  const contextOf = async (...argv: readonly string[]) => (await gather(['build', ...argv])).context
  expect(await contextOf()).toBe('.')
  expect(await contextOf('services/api')).toBe(join(folder, 'services/api'))
  expect(await contextOf('oci-layout://out:latest')).toBe('oci-layout://out:latest')
  expect(await contextOf('cwd://services/api')).toBe(join(folder, 'services/api'))
  expect(await contextOf('--bake-files', 'docker-bake.hcl')).toBeUndefined()
  expect((await gather(['plan']))['dry-run']).toBe('true')
})

test.each([
  'https://github.com/acme/api.git',
  'git@github.com:acme/api.git#main:api',
  'github.com/acme/api',
])('build: %s is no folder, unless there is one', async (context) => {
  expect((await gather(['build', context])).context).toBe(context)
  mkdirSync(join(folder, context), { recursive: true })
  expect((await gather(['build', context])).context).toBe(resolve(folder, context))
})

test('secrets come by variables', async () => {
  const env = { SLIPWAY_GITHUB_TOKEN: 'token', GITHUB_TOKEN: 'other' }
  expect((await gather(['build'], env))['github-token']).toBe('token')
  expect(await gather(['load', 'docker-image', 'a'], env)).not.toHaveProperty('github-token')
})
