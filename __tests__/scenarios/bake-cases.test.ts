import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { printTargets } from '../../src/build/print-targets.ts'
import { toTargets } from '../../src/build/target.ts'
import { findPersisted, findSecretWarnings } from '../../src/build/warnings.ts'
import { createDocker, type Docker } from '../../src/docker/docker.ts'
import { unescapeTemplate } from '../../src/inputs/template.ts'
import { copyCase } from '../support/cases.ts'
import { problemsOf, read } from '../support/read.ts'
import { readTarget } from '../support/target.ts'
import { docker } from '../support/testbed.ts'

const real: Docker = createDocker(process.env as Record<string, string>)

/** The targets of a case's Bake file, or of the list in one of its files. */
const targetsOf = async (workspace: string, file = 'docker-bake.hcl', env = {}) => {
  const text = await readFile(join(workspace, file), 'utf8')
  const raw = file.endsWith('.yaml') ? { builds: text } : { 'bake-files': file }
  const { bake, allow } = read(raw, { workspace, childEnv: env })
  if (bake === undefined) throw new Error('nothing to build')
  return printTargets(real, bake, allow, workspace)
}

const linksOf = async (workspace: string, file?: string) =>
  Object.fromEntries(
    (await targetsOf(workspace, file)).map(({ name, dependsOn }) => [name, dependsOn]),
  )

describe('which target builds upon which', () => {
  test.each([
    ['01-heredoc-from', { app: [], db: ['app'] }],
    ['02-one-dockerfile', { base: [], mid: ['base'], top: ['mid'] }],
    ['03-arg-forms', { base: [], a: ['base'], b: ['base'], c: ['base'], d: ['base'], e: ['base'] }],
    ['04-lower-name', { base: [], child: ['base'] }],
    ['05-inline-interp', { base: [], child: ['base'] }],
    ['80-onbuild', { base: [], tools: [] }],
  ])('%s', async (name, expected) => {
    expect(await linksOf(await copyCase(name))).toEqual(expected)
  })

  test('names are those that BuildKit looks for', async () => {
    const workspace = await copyCase('01-heredoc-from')
    await writeFile(join(workspace, 'db', 'Dockerfile'), 'FROM docker.io/library/case-app:dev\n')
    await writeFile(join(workspace, 'app', 'Dockerfile'), 'FROM case-base:1\n')
    const [app, db] = await targetsOf(workspace)
    expect(db?.definition['contexts']).toEqual({ 'case-app:dev': 'target:app' })
    await writeFile(join(workspace, 'app', 'Dockerfile'), 'FROM case-db:latest\n')
    await writeFile(join(workspace, 'db', 'Dockerfile'), 'FROM scratch\n')
    const [again] = await targetsOf(workspace)
    expect([app?.name, again?.definition['contexts']]).toEqual(['app', { 'case-db': 'target:db' }])
  })

  test('a circle of guesses is none: what is against the order given is left out', async () => {
    const workspace = await copyCase('01-heredoc-from')
    await writeFile(join(workspace, 'app', 'Dockerfile'), 'FROM case-db:latest\n')
    expect(await linksOf(workspace)).toEqual({ app: [], db: ['app'] })
    await writeFile(
      join(workspace, 'builds.yaml'),
      '- {context: db, tags: "case-db:latest"}\n- {context: app, tags: "case-app:dev"}\n',
    )
    const targets = await targetsOf(workspace, 'builds.yaml')
    expect(targets.map(({ name, dependsOn }) => [name, dependsOn])).toEqual([
      ['case-db', []],
      ['case-app', ['case-db']],
    ])
  })
})

describe('values of builds arrive as they are written', () => {
  const builtFrom = async (workspace: string, file: string) => {
    const [target] = await targetsOf(workspace, file)
    const plain = (values: unknown) =>
      Object.fromEntries(
        Object.entries(values as Record<string, string>).map(([key, value]) => [
          key,
          unescapeTemplate(value),
        ]),
      )
    return {
      args: plain(target?.definition['args'] ?? {}),
      labels: plain(target?.definition['labels'] ?? {}),
    }
  }

  test('06-builds-interp', async () => {
    const workspace = await copyCase('06-builds-interp')
    expect(await builtFrom(workspace, 'builds.yaml')).toEqual({
      args: { OPTS: `-Dhome=\${user.home}`, FMT: '%{http_code}' },
      labels: { 'org.example.usage': `docker run -e HOME=\${HOME} case-bi` },
    })
    expect((await builtFrom(workspace, 'eval.yaml')).labels).toEqual({
      a: `\${upper("x")}`,
      b: `\${BAKE_LOCAL_PLATFORM}`,
      c: '%{if true}yes%{endif}',
      d: '100% {x}',
      e: 'cost $5',
    })
    const odd = {
      A: `$$\{b}`,
      B: `$$$\{b}`,
      C: `%%{b}%%`,
      D: '$',
      E: 'a\\n"b"\t',
      F: `\${`,
      G: '$$',
    }
    const yaml = Object.entries(odd).map(([key, value]) => `    ${key}: ${JSON.stringify(value)}\n`)
    const list = `- context: .\n  tags: a:1\n  build-args:\n${yaml.join('')}`
    await writeFile(join(workspace, 'odd.yaml'), list)
    expect((await builtFrom(workspace, 'odd.yaml')).args).toEqual(odd)
  })

  test('07-builds-multiline', async () => {
    const workspace = await copyCase('07-builds-multiline')
    expect(await builtFrom(workspace, 'builds.yaml')).toEqual({
      args: { CERT: 'first line\nsecond line\nthird line\n' },
      labels: { 'org.opencontainers.image.description': 'line one\nline two' },
    })
  })
})

test('09-remote-file: a file of a git context is in the repository', async () => {
  const workspace = await copyCase('09-remote-file')
  const [inList] = await targetsOf(workspace, 'b.yaml')
  const [inFile] = await targetsOf(workspace)
  for (const { definition } of [inList, inFile].flatMap((target) => target ?? [])) {
    expect(definition).toMatchObject({
      context: 'git://127.0.0.1/repo.git#main',
      dockerfile: 'docker/Dockerfile',
    })
  }
  expect(await linksOf(workspace, 'b3.yaml')).toEqual({ one: [], two: ['one'] })
})

test('08-quoted-args: quotes and comments are refused by name', () => {
  const lines = '"GREETING=hello"\n# note\nGREETING hello\n- A=1\nexport B=1\nC=a b'
  const expected = ['quotes would be part of', 'a comment is none', 'not name=value']
  for (const input of ['build-args', 'labels', 'build-contexts'] as const) {
    const problems = problemsOf({ context: '.', tags: 'a:1', [input]: lines })
    expect(problems).toHaveLength(5)
    for (const [at, reason] of expected.entries()) expect(problems[at]).toContain(reason)
    expect(problems[0]).toMatch(new RegExp(`^- ${input} \\("\\\\"GREETING=hello\\\\""\\): `))
  }
})

describe('two targets with one tag', () => {
  test.each(['builds.yaml'])('19-same-tag: %s', async (file) => {
    const workspace = await copyCase('19-same-tag')
    await expect(targetsOf(workspace, file)).rejects.toThrow(
      'The targets a and b both have the tag case-sametag:dev, so one image would replace the other',
    )
  })

  test('are the same image where they are the same build', async () => {
    const workspace = await copyCase('19-same-tag')
    const compose = 'services:\n  web: &a {image: "case-st:1", build: ./a}\n  job: *a\n'
    await writeFile(join(workspace, 'compose.yml'), compose)
    expect(await linksOf(workspace, 'compose.yml')).toEqual({ job: [], web: [] })
  })
})

test('a file of Compose in a folder: where its paths start', async () => {
  const workspace = await copyCase('19-same-tag')
  await mkdir(join(workspace, 'sub'))
  await rename(join(workspace, 'a'), join(workspace, 'sub', 'a'))
  await writeFile(join(workspace, 'sub', 'compose.yml'), 'services: {web: {build: ./a}}\n')
  await expect(targetsOf(workspace, 'sub/compose.yml')).rejects.toMatchObject({
    message: 'The target web has the context "a", and the workspace has no such folder',
    remedy: expect.stringContaining('write sub/a, or add `web.context=sub/a` to bake-set.'),
  })
  await rm(join(workspace, 'sub', 'a'), { recursive: true })
  await expect(targetsOf(workspace, 'sub/compose.yml')).rejects.toMatchObject({
    remedy: expect.stringContaining('actions/checkout'),
  })
})

describe('what is to be warned of', () => {
  const old: Docker = {
    ...real,
    try: async () => ({ code: 1, stdout: '', stderr: '', timedOut: false }),
  }
  const warningsOf = async (name: string, raw: object, passed: readonly string[], asked = real) => {
    const workspace = await copyCase(name)
    const target = readTarget({ context: '.', tags: 'a:1', ...raw }, workspace)
    const place = { workspace, tempDir: workspace }
    const found = await findSecretWarnings(asked, target, place, passed)
    return found.map(({ message, location: at }) => [
      /`(.*)`/.exec(message)?.[1],
      at?.file.slice(workspace.length + 1),
      at?.line,
    ])
  }

  const cases: readonly (readonly [string, object, readonly string[], readonly unknown[]])[] = [
    ['11-secret-alias', {}, [], [['npm_auth', 'Dockerfile', 2]]],
    ['11-secret-alias', {}, ['npm_auth'], []],
    ['12-unneeded-stage', { target: 'prod' }, [], []],
    ['12-unneeded-stage', {}, [], [['docs_key', 'Dockerfile', 8]]],
    ['12-unneeded-stage', { target: 'tests' }, [], [['coverage_key', 'Dockerfile', 2]]],
  ]
  test.each(cases)('%s %j: with %j', async (name, raw, passed, expected) => {
    expect(await warningsOf(name, raw, passed)).toEqual(expected)
  })
  test.each(cases)(
    '%s %j: with %j, where buildx cannot say',
    async (name, raw, passed, expected) => {
      const [first] = await warningsOf(name, raw, passed, old)
      expect(first).toEqual(expected[0])
    },
  )

  test('04-lower-name: of a target of Bake, upon an image, and upon a target', async () => {
    const workspace = await copyCase('04-lower-name')
    const targets = await targetsOf(workspace)
    const child = toTargets(targets, 'docker-container', 'run').find(({ name }) => name === 'child')
    if (child === undefined) throw new Error('no child')
    const place = { workspace, tempDir: await copyCase('08-quoted-args') }
    // The file that BuildKit was asked with is there: it answered, and nobody guessed.
    const found = await findSecretWarnings(real, child, place, [])
    expect(await readdir(place.tempDir)).toContain('outline-child.json')
    expect(found).toEqual([
      {
        message:
          'A RUN mounts the secret `npm_auth`, which is not given: that step finds no file there. Name it in secrets, secret-envs or secret-files.',
        location: { file: join(workspace, 'child', 'dockerfile'), line: 2 },
      },
    ])
    expect(await findSecretWarnings(real, child, place, ['npm_auth'])).toEqual([])
  })

  test('an id that only BuildKit knows', async () => {
    const workspace = await copyCase('08-quoted-args')
    const text = 'FROM case-base:1\nARG A=x\nRUN --mount=type=secret,id=key_$A true\n'
    await writeFile(join(workspace, 'Dockerfile'), text)
    const target = readTarget({ context: '.', tags: 'a:1', 'build-args': 'A=y' }, workspace)
    const place = { workspace, tempDir: workspace }
    const ask = async (docker: Docker) =>
      (await findSecretWarnings(docker, target, place, [])).map((each) => each.message)
    expect(await ask(real)).toEqual([expect.stringContaining('`key_y`')])
    expect(await ask(old)).toEqual([])
  })

  const rules: readonly (readonly [string, number])[] = [
    ['.git*', 0],
    ['**\n!src\n!Dockerfile', 0],
    ['**\n!.git', 1],
    ['.git*\n!.git/config', 1],
    ['.git\n!**/config', 1],
    ['.github\n.gitignore', 1],
    ['.GIT', 1],
    ['/.git/config', 0],
    [' .git/ \r\n', 0],
    ['# .git\n', 1],
    ['**/.git', 0],
    ['*', 0],
    ['.[a-g]it', 0],
    ['.g[', 1],
    [`${'*'.repeat(100_000)}x`, 1],
  ]
  test('13-dockerignore-git', async () => {
    const workspace = await copyCase('13-dockerignore-git')
    const countIn = async (context: string): Promise<number> =>
      (await findPersisted(readTarget({ context, tags: 'a:1' }, workspace), workspace)).length
    for (const context of ['a', 'b']) {
      await rename(join(workspace, context, 'dotgit'), join(workspace, context, '.git'))
      expect(await countIn(context)).toBe(0)
    }
    const found: [string, number][] = []
    for (const [text] of rules) {
      await writeFile(join(workspace, 'a', '.dockerignore'), text)
      found.push([text, await countIn('a')])
    }
    expect(found).toEqual(rules)
    // One beside the Dockerfile goes first.
    await writeFile(join(workspace, 'a', 'Dockerfile.dockerignore'), '.git')
    expect(await countIn('a')).toBe(0)
    await writeFile(join(workspace, 'b', 'Dockerfile.dockerignore'), 'x')
    expect(await countIn('b')).toBe(1)
  })
})

test('the testbed has a buildx that outlines', async () => {
  expect(await docker('buildx', 'build', '--help')).toContain('outline')
})
