import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bakeGroup, bakeTarget, writeFiles } from '../support/bake.ts'
import { type Barrier, startBarrier } from '../support/barrier.ts'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { warningsOf, waysOf } from '../support/loading.ts'
import { runPod } from '../support/pod.ts'
import type { Run, RunOptions } from '../support/runner/types.ts'
import { credentialsOf, platformBuilds, runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  type Cluster,
  docker,
  imagesOf,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

/** Every RUN that wants the token finds it, also in the second of them. */
const needsToken = '--mount=type=secret,id=github_token test -s /run/secrets/github_token'

let cluster: Cluster
let github: GitHub
let workspace: string
let barrier: Barrier
/** Names of a test's own, so that nobody else's build cache and images are meant. */
let name: string

beforeAll(async () => {
  cluster = await startCluster(2)
})
afterAll(() => cluster?.remove())
beforeEach(async () => {
  github = await startGitHub()
  barrier = await startBarrier()
  name = uniqueName('many')
  workspace = await mkdtemp(join(tmpdir(), 'many-'))
})
afterEach(async () => {
  await Promise.all([github.stop(), barrier.stop()])
  await rm(workspace, { recursive: true })
  const listed = await docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', `${name}/*`)
  if (listed !== '') await docker('rmi', '--force', ...listed.split('\n'))
})

const write = (files: Readonly<Record<string, string>>): Promise<void> =>
  writeFiles(workspace, files)

const run = (
  inputs: Readonly<Record<string, string>>,
  withApp = true,
  options: Partial<RunOptions> = {},
): Promise<Run> =>
  runSlipway(
    { ...(withApp ? credentialsOf(github) : {}), 'cluster-name': cluster.name, ...inputs },
    { github: { workspace }, ...options },
  )

/** Lets what waits at the barrier go on when the step's log has a line. */
const openWhen = (pattern: RegExp): Partial<RunOptions> => ({
  onLine: ({ text }) => {
    if (pattern.test(text)) barrier.open()
  },
})

const inPod = (target: string, ...command: readonly string[]): Promise<string> =>
  runPod(cluster.nodes[1] ?? '', `${name}/${target}:dev`, command)

/** The arguments that list names of steps at work; other tests may have some, too. */
const listIntermediates = [
  'image',
  'ls',
  '--filter=reference=slipway.invalid/base/*',
  '--format={{.Repository}}:{{.Tag}}',
]

const intermediatesOf = (run: Run, listed: string): readonly string[] =>
  listed.split('\n').filter((line) => line.includes(`/${run.state['run-id']}:`))

/** Whether one stage had ended before another one had. */
const isBefore = (log: string, first: string, second: string): boolean => {
  const [one, two] = [
    log.search(new RegExp(`^.*${first}: [\\d.]+ m?s`, 'm')),
    log.search(new RegExp(`^.*${second}: [\\d.]+ m?s`, 'm')),
  ]
  expect(one).toBeGreaterThan(-1)
  expect(two).toBeGreaterThan(-1)
  return one < two
}

describe('a Bake file', () => {
  const contexts = { base: 'target:base' }
  const bakeFile = (): string =>
    [
      'variable "TAG" { default = "none" }\n',
      bakeGroup(['a', 'b', 'c']),
      bakeTarget('base', [`${name}/base:\${TAG}`]),
      bakeTarget('a', [`${name}/a:\${TAG}`], { contexts }),
      bakeTarget('b', [`${name}/b:\${TAG}`]),
      bakeTarget('c', [`${name}/c:\${TAG}`, `${name}/c:second`], { network: 'none' }),
    ].join('')
  const files = () => ({
    'docker-bake.hcl': bakeFile(),
    'vars.hcl': 'variable "TAG" { default = "dev" }\n',
    'base/Dockerfile': `FROM ${baseImage()}\nRUN ${needsToken} && head -c 16 /dev/urandom | md5sum >/base-${name}\n`,
    'a/Dockerfile': `FROM base\nRUN ${needsToken}\nRUN ${needsToken} && echo a >/own\n`,
    'b/Dockerfile': `FROM ${name}/base:dev\nRUN ${needsToken} && echo b >/own\n`,
    'c/Dockerfile': `FROM ${baseImage()}\nRUN ${needsToken} && echo c >/own\n`,
  })

  test('its targets are built in order, a base once, all with one token, and loaded', async () => {
    await write(files())
    const made = await run({ 'bake-files': 'docker-bake.hcl, vars.hcl' })
    expect(made.log).not.toContain('##[error]')
    expect([made.exitCode, made.postExitCode]).toEqual([0, 0])
    expect(warningsOf(made)).toEqual([])
    expect(await inPod('a', 'cat', '/own')).toBe('a')
    expect(await inPod('b', 'cat', '/own')).toBe('b')
    expect(await inPod('c', 'cat', '/own')).toBe('c')
    // Docker does not have the base: what names it by its tag has it from its target.
    expect(await docker('image', 'ls', '--quiet', `${name}/base`)).toBe('')
    // The base has something random, so two that have the same have one base.
    expect(await inPod('a', 'cat', `/base-${name}`)).toBe(await inPod('b', 'cat', `/base-${name}`))
    const loaded = (await imagesOf(cluster.nodes[0] ?? '')).filter((image) => image.includes(name))
    const immutable = JSON.parse(made.outputs['immutable-tags'] ?? '{}')
    const given = ['a:dev', 'b:dev', 'c:dev', 'c:second'].map((each) => `${name}/${each}`)
    expect(Object.keys(immutable).toSorted()).toEqual(given)
    const names = new Set(
      [...given, ...Object.values(immutable)].map((each) => `docker.io/${each}`),
    )
    expect(loaded).toEqual([...names].toSorted())
    expect(loaded).toHaveLength(7)
    expect(github.tokens.map((token) => token.state())).toEqual(['revoked'])
    expect(new Set(waysOf(made))).toEqual(new Set(['link']))
    const metadata = JSON.parse(made.outputs['metadata'] ?? '{}')
    expect(Object.keys(metadata).toSorted()).toEqual(['a', 'b', 'base', 'c'])
    const id = await docker('image', 'inspect', '--format', '{{.Id}}', `${name}/b:dev`)
    expect(metadata.b['containerimage.config.digest']).toBe(id)
    expect(made.outputs).not.toHaveProperty('image-id')
  })

  // Does not turn red for BuildKit's race itself; `build/definition.test.ts` guards the intermediate image.
  test('a base is built once, also while another build works upon the same lower image', async () => {
    const more = { slow: { network: 'host' }, base: {}, a: { contexts }, b: { contexts } }
    const targets = Object.entries(more).map(([each, its]) =>
      bakeTarget(each, [`${name}/${each}:dev`], its),
    )
    const packages = `--mount=from=${baseImage()},target=/packages`
    await write({
      'docker-bake.hcl': [bakeGroup(['slow', 'a', 'b']), ...targets].join(''),
      'slow/Dockerfile': `FROM ${baseImage()}\nRUN ${packages} ${barrier.command} && echo ${name}\n`,
      'base/Dockerfile': `FROM ${baseImage()}\nRUN ${packages} echo made-$(head -c 16 /dev/urandom | md5sum | head -c 32) | tee /base-${name}\n`,
      'a/Dockerfile': 'FROM base\nRUN echo a >/own\n',
      'b/Dockerfile': 'FROM base\nRUN echo b >/own\n',
    })
    const inputs = { 'bake-files': 'docker-bake.hcl', allow: 'network.host', parallel: '2' }
    const made = await run(inputs, false, openWhen(/^Build b: /))
    expect([made.exitCode, warningsOf(made)]).toEqual([0, []])
    expect(isBefore(made.log, 'Build b', 'Build slow')).toBe(true)
    expect(await inPod('a', 'cat', `/base-${name}`)).toBe(await inPod('b', 'cat', `/base-${name}`))
    // Each time that it is made, it says what.
    expect(new Set(made.log.match(/made-[0-9a-f]{32}/g)).size).toBe(1)
    expect(intermediatesOf(made, await docker(...listIntermediates))).toEqual([])
  })

  test.each(['killed', 'cancelled'] as const)(
    'ended in the middle of a build upon a base (%s): no image of the step stays',
    async (how) => {
      const base = bakeTarget('base', [`${name}/base:dev`])
      const slow = bakeTarget('slow', [`${name}/slow:dev`], { contexts, network: 'host' })
      await write({
        'docker-bake.hcl': bakeGroup(['slow']) + base + slow,
        'base/Dockerfile': `FROM ${baseImage()}\nRUN echo ${name} >/base\n`,
        'slow/Dockerfile': `FROM base\nRUN ${barrier.command}\n`,
      })
      const cancel = new AbortController()
      let main = Number.NaN
      const running = run({ 'bake-files': 'docker-bake.hcl', allow: 'network.host' }, false, {
        signal: cancel.signal,
        onSpawn: (pid, phase) => {
          if (phase === 'main') main = pid
        },
      })
      await Promise.race([barrier.held, running])
      const seen = await docker(...listIntermediates)
      if (how === 'killed') process.kill(main, 'SIGKILL')
      else cancel.abort()
      const ended = await running
      expect(ended.conclusion).not.toBe('success')
      const [held = '', ...more] = intermediatesOf(ended, seen)
      expect([held.replace(/:\d$/, ''), more]).toEqual([
        `slipway.invalid/base/${ended.state['run-id']}`,
        [],
      ])
      expect(intermediatesOf(ended, await docker(...listIntermediates))).toEqual([])
    },
  )

  test('targets are chosen and changed from the step, and a tag that pods would pull is told', async () => {
    await write(files())
    const chosen = {
      'bake-files': 'docker-bake.hcl',
      targets: 'c',
      'bake-set': `c.tags=${name}/c:latest`,
    }
    const made = await run({ ...chosen, secrets: 'github_token=x7Qp' }, false)
    expect(made.exitCode).toBe(0)
    const loaded = (await imagesOf(cluster.nodes[0] ?? '')).filter((image) => image.includes(name))
    const immutable = JSON.parse(made.outputs['immutable-tags'] ?? '{}')[`${name}/c:latest`]
    expect(loaded).toEqual([`docker.io/${name}/c:latest`, `docker.io/${immutable}`])
    expect(warningsOf(made)).toEqual([
      expect.stringMatching(`^Pods will pull ${name}/c:latest instead`),
    ])
  })

  test('services of a Compose file', async () => {
    const service = (each: string): string =>
      `  ${each}:\n    image: ${name}/${each}:dev\n    build: { context: ./${each}, network: none }\n`
    await write({
      ...files(),
      'compose.yaml': `services:\n${service('c')}  db:\n    image: postgres\n`,
    })
    const made = await run({ 'bake-files': 'compose.yaml' })
    expect(made.exitCode).toBe(0)
    expect(await inPod('c', 'cat', '/own')).toBe('c')
    expect(JSON.parse(made.outputs['images'] ?? '[]')).toHaveLength(1)
    expect(Object.keys(JSON.parse(made.outputs['metadata'] ?? '{}'))).toEqual(['c'])
  })

  test('a file that Bake cannot read: what it says, before anything is done', async () => {
    await write({ 'docker-bake.hcl': 'target "a" {' })
    const made = await run({ 'bake-files': 'docker-bake.hcl' })
    expect(made.exitCode).toBe(1)
    expect(made.log).toMatch(
      /##\[error\]Bake cannot read docker-bake\.hcl: docker-bake\.hcl:1,\d+-\d+: Unclosed configuration block/,
    )
    expect(github.requests).toEqual([])
    expect(made.orphans).toEqual([])
  })
})

describe('a list in the step', () => {
  const entry = (target: string): string =>
    `- { context: ${target}, tags: '${name}/${target}:dev', no-cache: true, network: host }\n`

  test('an image is loaded while others are built', async () => {
    await write({
      'slow/Dockerfile': `FROM ${baseImage()}\nRUN ${barrier.command}; echo slow >/own\n`,
      'quick/Dockerfile': `FROM ${baseImage()}\nRUN echo quick >/own\n`,
    })
    const inputs = { builds: entry('slow') + entry('quick'), parallel: '2' }
    const made = await run(inputs, false, openWhen(new RegExp(`^Load ${name}/quick:dev: `)))
    expect(made.log).not.toContain('##[error]')
    expect(made.exitCode).toBe(0)
    expect(isBefore(made.log, `Load ${name}/quick:dev`, 'Build slow')).toBe(true)
    expect(await inPod('slow', 'cat', '/own')).toBe('slow')
  })

  const broken = () => ({
    'broken/Dockerfile': `FROM ${baseImage()}\nRUN sleep 1; exit 3\n`,
    'upon/Dockerfile': `FROM ${name}/broken:dev\nRUN true\n`,
    'slow/Dockerfile': `FROM ${baseImage()}\nRUN ${barrier.command}; echo slow >/own\n`,
  })
  const list = (): string => ['broken', 'upon', 'slow'].map(entry).join('')

  test('one fails, the others go on with fail-fast: false, and the step fails', async () => {
    await write(broken())
    const inputs = { builds: list(), 'fail-fast': 'false', parallel: '2' }
    const made = await run(inputs, true, openWhen(/^Build broken: failed/))
    expect(made.exitCode).toBe(1)
    expect(made.log).toMatch(
      /##\[error\]broken: RUN sleep 1; exit 3 exited with 3\. broken\/Dockerfile:2\./,
    )
    expect(made.annotations.find(({ level }) => level === 'error')?.props).toMatchObject({
      file: 'broken/Dockerfile',
      line: '2',
    })
    expect(made.log).toMatch(/^broken: \[2\/2\] RUN sleep 1; exit 3, failed, [\d.]+ s$/m)
    // What failed is not folded up.
    expect(made.log).toMatch(/^broken: build log\n(?!##\[group)(?:.*\n)*?#\d+ ERROR: .*code: 3\n/m)
    expect(made.log).toMatch(/^slow: \[2\/2\] RUN bash .*; echo slow >\/own, [\d.]+ s$/m)
    expect(made.log).toMatch(
      /^##\[group\]slow: build log, 0 of 1 steps cached\n(?:(?!##\[).*\n)*#\d+ DONE .*\n(?:(?!##\[).*\n)*##\[endgroup\]$/m,
    )
    expect(made.log).toMatch(/^1 of 3 images failed\. Not built: upon \(needs broken\)\.$/m)
    expect(await inPod('slow', 'cat', '/own')).toBe('slow')
    expect(JSON.parse(made.outputs['images'] ?? '[]')).toHaveLength(1)
    expect(github.tokens.map((token) => token.state())).toEqual(['revoked'])
  })

  test('one fails, and with it all others', async () => {
    await write(broken())
    const made = await run({ builds: list(), parallel: '2' })
    expect(made.exitCode).toBe(1)
    expect(made.log).toMatch(/^1 of 3 images failed\. .*Cancelled: slow\.$/m)
    expect(made.log).toMatch(/^Build slow: cancelled after /m)
    expect(made.orphans).toEqual([])
    expect(await docker('image', 'ls', '--quiet', `${name}/slow`)).toBe('')
    expect(github.tokens.map((token) => token.state())).toEqual(['revoked'])
  })
})

test('the example with six services and a shared base', async () => {
  const { inputs, ...options } = platformBuilds(github, { tag: name, baseMb: 2 })
  const both = { ...credentialsOf(github), ...inputs, 'cluster-name': cluster.name }
  const made = await runSlipway(both, options)
  expect(made.log).not.toContain('##[error]')
  expect(made.exitCode).toBe(0)
  const node = cluster.nodes[0] ?? ''
  const two = 'acme/private-one\nacme/private-two'
  expect(await runPod(node, `acme/preprocessing:${name}`)).toBe(two)
  expect(await runPod(node, `acme/serving:${name}`)).toBe('serving')
  expect(JSON.parse(made.outputs['images'] ?? '[]')).toHaveLength(6)
  const images = await docker(
    'image',
    'ls',
    '--format',
    '{{.Repository}}:{{.Tag}}',
    `acme/*:${name}`,
  )
  await docker('rmi', '--force', ...images.split('\n'))
})

test('a dry run says what would be done, and does nothing', async () => {
  const { inputs, ...options } = platformBuilds(github, { tag: name, baseMb: 2 })
  const both = { ...credentialsOf(github), ...inputs, 'cluster-name': cluster.name }
  const made = await runSlipway({ ...both, 'dry-run': 'true' }, options)
  expect(made.exitCode).toBe(0)
  expect(made.log).toMatch(/\d\. Build base-ml \(acme\/base-ml:.*; a dependency, not loaded\)$/m)
  expect(made.log).toMatch(/\d\. Build training \(acme\/training:[^)]*\), after \d+$/m)
  expect(made.log).toContain(`- ${cluster.nodes[0]}, by reflink, link or copy`)
  expect(github.requests).toEqual([])
  expect(await docker('image', 'ls', '--quiet', `acme/*:${name}`)).toBe('')
})
