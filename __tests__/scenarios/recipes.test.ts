import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { cp, mkdir, mkdtemp, realpath, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { readStep, startRecipes } from '../support/recipes.ts'
import { findNode } from '../support/runner/process.ts'
import { runSlipway } from '../support/slipway.ts'
import { baseImage } from '../support/testbed.ts'

// Real package managers take a while, where others are at work, too.
vi.setConfig({ testTimeout: 600_000 })

const run = promisify(execFile)

/** What a venv is made of, where Debian's own Python has it. */
const wheels = '/usr/share/python-wheels'
const python = readdirSync('/usr/lib').find((each) => /^python3\.\d+$/.test(each)) ?? 'none'
const hasPython = existsSync(wheels) && existsSync(`/usr/bin/${python}`)

let recipes: Awaited<ReturnType<typeof startRecipes>>

beforeAll(async () => {
  recipes = await startRecipes({
    'private-one': {
      'setup.py':
        "from setuptools import setup\nsetup(name='private-one', version='1.4.0', py_modules=['private_one'])\n",
      'private_one.py': "name = 'of private-one'\n",
    },
    'private-two': {
      'package.json': JSON.stringify({ name: 'private-two', version: '1.0.0' }),
      'index.js': "module.exports = 'of private-two'\n",
    },
  })
})
afterAll(() => recipes.close())

test('npm: a package of a private repository, by its lock file', async () => {
  const { folder, makeBase, makeContext, commitOf, build, inImage } = recipes
  const { stdout } = await run('bash', [
    '-c',
    'readlink -f "$(PATH=/usr/bin:/usr/local/bin:$PATH type -P npm)"',
  ])
  await cp(dirname(dirname(stdout.trim())), join(folder, 'npm'), { recursive: true })
  await cp(await realpath(findNode()), join(folder, 'node'))
  const base = await makeBase('npm', [
    `FROM ${baseImage()}`,
    'COPY node /usr/local/bin/node',
    'COPY npm /usr/local/lib/node_modules/npm',
    'RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm',
  ])
  const address = `git+https://github.com/acme/private-two.git#${await commitOf('private-two')}`
  const dependencies = { 'private-two': address }
  const context = await makeContext('npm', base, {
    'package.json': JSON.stringify({ name: 'app', version: '1.0.0', dependencies }),
    'package-lock.json': JSON.stringify({
      name: 'app',
      lockfileVersion: 3,
      packages: {
        '': { name: 'app', version: '1.0.0', dependencies },
        'node_modules/private-two': { version: '1.0.0', resolved: address },
      },
    }),
  })
  const tag = await build('npm', context)
  expect(await inImage(tag, 'node', '-p', "require('private-two')")).toBe('of private-two')
})

test.skipIf(!hasPython)('pip: a package of a private repository', async () => {
  const { folder, makeBase, makeContext, commitOf, build, inImage } = recipes
  await cp(`/usr/bin/${python}`, join(folder, 'python3'), { dereference: true })
  await cp(`/usr/lib/${python}`, join(folder, 'lib'), { recursive: true, dereference: true })
  await cp(wheels, join(folder, 'wheels'), { recursive: true, dereference: true })
  const base = await makeBase('pip', [
    `FROM ${baseImage()}`,
    'COPY python3 /usr/bin/python3',
    `COPY lib /usr/lib/${python}`,
    `COPY wheels ${wheels}`,
    'RUN python3 -m venv /venv',
    // PyPI cannot be had: what builds the package is what the venv has.
    'ENV PATH=/venv/bin:$PATH PIP_NO_BUILD_ISOLATION=0 PIP_NO_INDEX=1',
  ])
  const commit = await commitOf('private-one')
  const context = await makeContext('pip', base, {
    'requirements.txt': `private-one @ git+https://github.com/acme/private-one.git@${commit}\n`,
  })
  const print = 'import private_one; print(private_one.name)'
  expect(await inImage(await build('pip', context), 'python3', '-c', print)).toBe('of private-one')
})

// What is planned, as one cluster more for each would take minutes; `create-cluster.test.ts` makes some.
test.each(['A matrix, a monorepo', 'Several nodes'])(
  '%s: the step is one that can be planned',
  async (title) => {
    const { folder } = recipes
    const workspace = await mkdtemp(join(folder, 'workspace-'))
    for (const place of ['.', 'services/api']) {
      await mkdir(join(workspace, place), { recursive: true })
      await writeFile(join(workspace, place, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\n')
    }
    const values = { 'matrix.service': 'api', 'github.run_id': '7' }
    const inputs = { ...readStep(title, values), 'dry-run': 'true' }
    const ran = await runSlipway(inputs, { github: { workspace } })
    await ran.dispose()
    expect(ran.log).not.toContain('##[error]')
    expect(ran.exitCode).toBe(0)
    expect(ran.log).toMatch(/1\. Start the cluster (kind|api-7) with kind/)
    expect(ran.log).toMatch(/4\. Load api:(dev|7), after 1, 3/)
  },
)
