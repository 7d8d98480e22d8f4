import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { cp, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { mintFor } from '../support/mint-for.ts'
import { findNode } from '../support/runner/process.ts'
import { credentialsOf, runSlipway } from '../support/slipway.ts'
import { baseImage, type Cluster, docker, startCluster, uniqueName } from '../support/testbed.ts'

const run = promisify(execFile)
const name = uniqueName('recipe')
const page = readFileSync('docs/recipes.md', 'utf8')

/** What a venv is made of, where Debian's own Python has it. */
const wheels = '/usr/share/python-wheels'
const python = readdirSync('/usr/lib').find((each) => /^python3\.\d+$/.test(each)) ?? 'none'
const hasPython = existsSync(wheels) && existsSync(`/usr/bin/${python}`)

let github: GitHub
let cluster: Cluster
let folder: string

const commitOf = async (repository: string): Promise<string> => {
  const { token } = await mintFor(github, 'acme', [repository])
  const login = Buffer.from(`x-access-token:${token.expose()}`).toString('base64')
  const header = ['-c', `http.extraHeader=Authorization: Basic ${login}`]
  const address = `${github.serverUrl}/acme/${repository}.git`
  const { stdout } = await run('git', [...header, 'ls-remote', address, 'HEAD'])
  return stdout.split('\t')[0] ?? ''
}

/** Stands for the base that a recipe names, which cannot be pulled: this machine's tool in the testbed's. */
const makeBase = async (tool: string, lines: readonly string[]): Promise<string> => {
  const tag = `${name}-${tool}:base`
  await writeFile(join(folder, 'Dockerfile'), [`FROM ${baseImage()}`, ...lines].join('\n'))
  await docker('buildx', 'build', '--quiet', '--load', '--tag', tag, folder)
  return tag
}

/** Builds a recipe as it stands on the page, but for its base and the server's address. */
const build = async (
  title: string,
  base: string,
  files: Readonly<Record<string, string>>,
): Promise<string> => {
  const [, chapter = ''] = page.split(`\n## ${title}\n`)
  const [, recipe = ''] = /^```dockerfile\n([\s\S]*?)^```/m.exec(chapter) ?? []
  const context = await mkdtemp(join(folder, 'context-'))
  const dockerfile = recipe.replace(/^FROM .*$/m, `FROM ${base}`).replace(/^RUN apt-get .*\n/m, '')
  await writeFile(join(context, 'Dockerfile'), dockerfile)
  for (const [file, text] of Object.entries(files)) {
    await writeFile(join(context, file), text.replaceAll('https://github.com', github.serverUrl))
  }
  const tag = `${name}-${title}:dev`
  const ran = await runSlipway({
    ...credentialsOf(github),
    'secret-format': 'gitconfig',
    context,
    tags: tag,
    network: 'host',
    'cluster-name': cluster.name,
  })
  await ran.dispose()
  expect(ran.log).not.toContain('##[error]')
  expect(ran.exitCode).toBe(0)
  return tag
}

const inImage = (tag: string, ...command: readonly string[]): Promise<string> =>
  docker('run', '--rm', '--network=none', '--entrypoint', '', tag, ...command)

beforeAll(async () => {
  github = await startGitHub({
    repositories: {
      'acme/private-one': {
        'setup.py':
          "from setuptools import setup\nsetup(name='private-one', version='1.4.0', py_modules=['private_one'])\n",
        'private_one.py': "name = 'of private-one'\n",
      },
      'acme/private-two': {
        'package.json': JSON.stringify({ name: 'private-two', version: '1.0.0' }),
        'index.js': "module.exports = 'of private-two'\n",
      },
    },
  })
  cluster = await startCluster()
  folder = await mkdtemp(join(tmpdir(), 'slipway-recipes-'))
})
afterAll(async () => {
  await Promise.all([github.stop(), cluster.remove(), rm(folder, { recursive: true })])
  const made = await docker('image', 'ls', '--quiet', `${name}-*`)
  if (made !== '') await docker('rmi', '--force', ...new Set(made.split('\n')))
})

test('npm: a package of a private repository, by its lock file', async () => {
  const { stdout } = await run('bash', [
    '-c',
    'readlink -f "$(PATH=/usr/bin:/usr/local/bin:$PATH type -P npm)"',
  ])
  await cp(dirname(dirname(stdout.trim())), join(folder, 'npm'), { recursive: true })
  await cp(await realpath(findNode()), join(folder, 'node'))
  const base = await makeBase('npm', [
    'COPY node /usr/local/bin/node',
    'COPY npm /usr/local/lib/node_modules/npm',
    'RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm',
    'WORKDIR /app',
  ])
  const address = `git+https://github.com/acme/private-two.git#${await commitOf('private-two')}`
  const dependencies = { 'private-two': address }
  const tag = await build('npm', base, {
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
  expect(await inImage(tag, 'node', '-p', "require('private-two')")).toBe('of private-two')
})

test.skipIf(!hasPython)('pip: a package of a private repository', async () => {
  await cp(`/usr/bin/${python}`, join(folder, 'python3'), { dereference: true })
  await cp(`/usr/lib/${python}`, join(folder, 'lib'), { recursive: true, dereference: true })
  await cp(wheels, join(folder, 'wheels'), { recursive: true, dereference: true })
  const base = await makeBase('pip', [
    'COPY python3 /usr/bin/python3',
    `COPY lib /usr/lib/${python}`,
    `COPY wheels ${wheels}`,
    'RUN python3 -m venv /venv',
    // PyPI cannot be had: what builds the package is what the venv has.
    'ENV PATH=/venv/bin:$PATH PIP_NO_BUILD_ISOLATION=0 PIP_NO_INDEX=1',
  ])
  const commit = await commitOf('private-one')
  const tag = await build('pip', base, {
    'requirements.txt': `private-one @ git+https://github.com/acme/private-one.git@${commit}\n`,
  })
  const print = 'import private_one; print(private_one.name)'
  expect(await inImage(tag, 'python3', '-c', print)).toBe('of private-one')
})
