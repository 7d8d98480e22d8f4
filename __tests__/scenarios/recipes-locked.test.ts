import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cp, mkdir, realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { page, startRecipes } from '../support/recipes.ts'
import { findNode } from '../support/runner/process.ts'
import { docker, imagesOf } from '../support/testbed.ts'

// Real package managers and compilers take a while, where others are at work, too.
vi.setConfig({ testTimeout: 600_000 })

// The testbed has an image with these tools where it can take them from Debian. They write their lock files
// themselves, then a recipe builds with these.
const isDebian = /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))

const tried = test.skipIf(!isDebian)

let recipes: Awaited<ReturnType<typeof startRecipes>>
let tools: string

beforeAll(async () => {
  if (!isDebian) return
  const { stdout } = await promisify(execFile)('script/testbed', ['tools'])
  tools = stdout.trim()
  recipes = await startRecipes({
    'private-go': {
      'go.mod': 'module github.com/acme/private-go\n\ngo 1.24\n',
      'private.go': 'package private\n\nconst Name = "of private-go"\n',
    },
    'private-crate': {
      'Cargo.toml': '[package]\nname = "private-crate"\nversion = "1.0.0"\nedition = "2021"\n',
      'src/lib.rs': 'pub const NAME: &str = "of private-crate";\n',
    },
    'private-one': {
      // A backend of its own: PyPI, which has the usual ones, cannot be had.
      'pyproject.toml':
        '[project]\nname = "private-one"\nversion = "1.4.0"\n\n[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
      'backend.py': [
        'import os, zipfile',
        'def build_wheel(folder, settings=None, metadata=None):',
        "    name = 'private_one-1.4.0-py3-none-any.whl'",
        "    with zipfile.ZipFile(os.path.join(folder, name), 'w') as wheel:",
        "        wheel.write('private_one.py')",
        "        info = 'private_one-1.4.0.dist-info/'",
        "        wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: private-one\\nVersion: 1.4.0\\n')",
        "        wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: own\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')",
        "        wheel.writestr(info + 'RECORD', 'private_one.py,,\\n')",
        '    return name',
      ].join('\n'),
      'private_one.py': "name = 'of private-one'\n",
    },
    'private-two': {
      'package.json': JSON.stringify({ name: 'private-two', version: '1.0.0' }),
      'index.js': "module.exports = 'of private-two'\n",
    },
  })
}, 900_000)
afterAll(() => recipes?.close())

tried('Go: a private module', async () => {
  const { github, makeBase, makeContext, lock, build, inImage } = recipes
  const base = await makeBase('go', [
    `FROM ${tools}`,
    // As the image golang has it.
    'ENV GOTOOLCHAIN=local GOPATH=/go PATH=/go/bin:$PATH',
    'WORKDIR /go',
    // A module's path is its server's name: GitHub is elsewhere.
    `RUN git config --global url.${github.serverUrl}/.insteadOf https://github.com/`,
  ])
  const context = await makeContext('Go', base, {
    'go.mod': 'module app\n\ngo 1.24\n',
    'main.go':
      'package main\n\nimport private "github.com/acme/private-go"\n\nfunc main() { println(private.Name) }\n',
  })
  await lock(context, base, 'GOPRIVATE="github.com/acme/*" go get github.com/acme/private-go')
  const tag = await build('Go', context)
  expect(await inImage(tag, 'sh', '-c', 'app 2>&1')).toBe('of private-go')
})

tried('Cargo: a private crate', async () => {
  const { makeBase, makeContext, lock, build, inImage } = recipes
  const base = await makeBase('cargo', [`FROM ${tools}`, 'ENV CARGO_HOME=/usr/local/cargo'])
  const context = await makeContext('Cargo', base, {
    'Cargo.toml':
      '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nprivate-crate = { git = "https://github.com/acme/private-crate" }\n',
    'src/main.rs': 'fn main() { println!("{}", private_crate::NAME) }\n',
    '.dockerignore': 'target\n',
  })
  await lock(context, base, 'CARGO_NET_GIT_FETCH_WITH_CLI=true cargo generate-lockfile')
  expect(await inImage(await build('Cargo', context), 'app')).toBe('of private-crate')
})

tried('Poetry: a package of a private repository', async () => {
  const { makeBase, makeContext, lock, build, inImage } = recipes
  const base = await makeBase('poetry', [`FROM ${tools}`])
  const context = await makeContext('Poetry', base, {
    'pyproject.toml':
      '[project]\nname = "app"\nversion = "0.1.0"\nrequires-python = ">=3.12"\ndependencies = ["private-one @ git+https://github.com/acme/private-one.git"]\n',
  })
  await lock(context, base, 'POETRY_SYSTEM_GIT_CLIENT=true poetry lock')
  const tag = await build('Poetry', context)
  const print = 'import private_one; print(private_one.name)'
  expect(await inImage(tag, '.venv/bin/python', '-c', print)).toBe('of private-one')
})

tried('pnpm: a package of a private repository', async () => {
  const { folder, makeBase, makeContext, lock, build, inImage } = recipes
  await cp(await realpath(findNode()), join(folder, 'node'))
  const base = await makeBase('pnpm', [`FROM ${tools}`, 'COPY node /usr/local/bin/node'])
  const dependencies = { 'private-two': 'git+https://github.com/acme/private-two.git' }
  const context = await makeContext('pnpm', base, {
    'package.json': JSON.stringify({ name: 'app', version: '1.0.0', dependencies }),
  })
  await lock(context, base, 'pnpm install --lockfile-only')
  const tag = await build('pnpm', context)
  expect(await inImage(tag, 'node', '-p', "require('private-two')")).toBe('of private-two')
})

tried('Kustomize: manifests with the immutable name of what was built', async () => {
  const { cluster, folder, load } = recipes
  const name = `${recipes.name}-kustomize`
  const context = join(folder, 'kustomized')
  await mkdir(join(context, 'k8s'), { recursive: true })
  await writeFile(join(context, 'Dockerfile'), `FROM ${tools}\nLABEL is=${name}\n`)
  await writeFile(join(context, 'k8s/kustomization.yaml'), 'resources: [pod.yaml]\n')
  const spec = `spec: { containers: [{ name: api, image: "${name}:dev" }] }`
  const pod = `apiVersion: v1\nkind: Pod\nmetadata: { name: api }\n${spec}\n`
  await writeFile(join(context, 'k8s/pod.yaml'), pod)
  const { outputs } = await load(`${name}:dev`, { context })
  const image = JSON.parse(outputs['immutable-tags'] ?? '{}')[`${name}:dev`]
  expect(await imagesOf(cluster.nodes[0] ?? '')).toContain(`docker.io/library/${image}`)
  // What the page says, for the image of this test.
  const [, edit = ''] = /\((cd k8s && kustomize edit .*?)\)/.exec(page) ?? []
  const command = `${edit.replace('"api=', `"${name}=`)} && kustomize build .`
  const options = [`--volume=${context}:/app`, '--workdir=/app', `--env=IMAGE=${image}`]
  const rendered = await docker('run', '--rm', ...options, tools, 'bash', '-c', command)
  expect(rendered).toContain(`image: ${image}\n`)
})
