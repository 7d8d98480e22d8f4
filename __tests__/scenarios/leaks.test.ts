import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Barrier, startBarrier } from '../support/barrier.ts'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { filesWith, formsOf, holds, watchProcesses } from '../support/leaks.ts'
import type { Run } from '../support/runner/types.ts'
import { credentialsOf, exampleBuild, runSlipway } from '../support/slipway.ts'
import { baseImage, type Cluster, docker, startCluster, uniqueName } from '../support/testbed.ts'

/** Where a token could have ended up, and what was found there. */
type Findings = {
  readonly runnerFiles: readonly string[]
  readonly daemonFiles: readonly string[]
  readonly tempFiles: readonly string[]
  readonly image: boolean
  readonly log: boolean
  readonly states: boolean
  readonly environs: readonly string[]
  /** Processes that have the App's private key in their environment, and do not part with it. */
  readonly keyEnvirons: readonly string[]
  readonly commandLines: readonly string[]
}

const nothing: Findings = {
  runnerFiles: [],
  daemonFiles: [],
  tempFiles: [],
  image: false,
  log: false,
  states: false,
  environs: [],
  keyEnvirons: [],
  commandLines: [],
}

/** All is looked through that anybody, other tests too, has written to the daemon's folder meanwhile. */
const patienceMs = 600_000

let cluster: Cluster
let scratch: string
const tags: string[] = []

beforeAll(async () => {
  cluster = await startCluster()
  scratch = await mkdtemp(join(tmpdir(), 'slipway-leaks-'))
})
afterAll(async () => {
  await Promise.all([cluster.remove(), rm(scratch, { recursive: true })])
  await docker('rmi', '--force', ...tags)
})

const imageText = async (tag: string): Promise<string> =>
  [
    await docker('image', 'inspect', tag),
    await docker('history', '--no-trunc', '--format', '{{json .}}', tag),
  ].join('\n')

/** Runs the action and looks everywhere for the token of its build. */
const audit = async (
  name: string,
  change: Readonly<Record<string, string>>,
  afterwards?: (run: Run, token: string) => Promise<void>,
  barriers: readonly Barrier[] = [],
): Promise<Findings> => {
  const github: GitHub = await startGitHub()
  const tag = `${uniqueName(name)}:dev`
  tags.push(tag)
  const stamp = join(scratch, `${name}.stamp`)
  await writeFile(stamp, '')
  const watch = watchProcesses()
  for (const { held, open } of barriers) {
    void held.then(() => {
      watch.look()
      open()
    })
  }
  const inputs = { ...credentialsOf(github), ...exampleBuild(github, tag), ...change }
  const run = await runSlipway({ ...inputs, 'cluster-name': cluster.name })
  const processes = [...watch.stop()]
  expect(run.exitCode).toBe(0)
  const token = github.tokens[0]?.value ?? ''
  expect(token.length).toBeGreaterThan(100)
  await afterwards?.(run, token)
  const forms = formsOf(token)
  const keyLines = github.app.privateKeyPem.split('\n').filter((line) => /^[\w+/]{64}$/.test(line))
  expect(keyLines.length).toBeGreaterThan(10)
  const within = (file: string, looked: readonly string[]) =>
    processes.filter(([key, text]) => key.includes(file) && holds(text, looked)).map(([key]) => key)
  const dataRoot = await docker('info', '--format', '{{.DockerRootDir}}')
  const findings = {
    runnerFiles: await filesWith(forms, [run.files.root]),
    daemonFiles: await filesWith(forms, [dataRoot], stamp),
    tempFiles: await filesWith(forms, ['/dev/shm', tmpdir()], stamp),
    image: holds(await imageText(tag), forms),
    log: holds(run.log, forms),
    states: holds(JSON.stringify([run.outputs, run.state, run.envFile, run.summary]), forms),
    environs: within('environ', forms),
    // Of each environment it is what was seen last.
    keyEnvirons: within('environ', keyLines),
    commandLines: within('cmdline', [...forms, ...keyLines]),
  }
  await Promise.all([run.dispose(), github.stop()])
  return findings
}

describe('the main job', () => {
  test(
    'leaves its token nowhere, and the key in no environment',
    async () => {
      expect(await audit('clean', {})).toEqual(nothing)
    },
    patienceMs,
  )
})

describe('a job that leaks on purpose is found out', () => {
  const leakyDockerfile = (first: Barrier, second: Barrier): string =>
    [
      `FROM ${baseImage()}`,
      // A file in a layer.
      'RUN --mount=type=secret,id=github_token cp /run/secrets/github_token /leak',
      // An environment, until it has been sampled.
      `RUN --mount=type=secret,id=github_token TOKEN="$(cat /run/secrets/github_token)" ${first.command}`,
      // A command line.
      `RUN --mount=type=secret,id=github_token ${second.command} "$(cat /run/secrets/github_token)"`,
      // A form that the runner does not mask.
      'RUN --mount=type=secret,id=github_token od -An -v -tx1 /run/secrets/github_token | tr -d " \\n"; echo',
    ].join('\n')

  let found: Findings
  beforeAll(async () => {
    const barriers = [await startBarrier(), await startBarrier()] as const
    await writeFile(join(scratch, 'Dockerfile'), leakyDockerfile(...barriers))
    const inputs = { context: scratch, file: join(scratch, 'Dockerfile') }
    found = await audit('leaky', inputs, leakIntoFiles, barriers)
    await Promise.all(barriers.map((barrier) => barrier.stop()))
  }, patienceMs)

  const leakIntoFiles = async (run: Run, token: string): Promise<void> => {
    await writeFile(join(run.files.temp, 'credentials'), `machine x password ${token}\n`)
    await writeFile(
      join(scratch, 'base64'),
      Buffer.from(`x-access-token:${token}`).toString('base64'),
    )
  }

  test.each(['runnerFiles', 'daemonFiles', 'tempFiles', 'environs', 'commandLines'] as const)(
    'in %s',
    (place) => {
      expect(found[place]).not.toEqual([])
    },
  )

  test('in the log, as hex', () => {
    expect(found.log).toBe(true)
  })

  test("in an image's history and labels", async () => {
    const tag = `${uniqueName('labelled')}:dev`
    tags.push(tag)
    const token = `ghs_${'aB3.'.repeat(30)}`
    await docker(
      'buildx',
      'build',
      '--quiet',
      '--load',
      '--tag',
      tag,
      '--build-arg',
      `T=${token}`,
      '-f',
      join(scratch, 'Labelled'),
      scratch,
    )
    expect(holds(await imageText(tag), formsOf(token))).toBe(true)
  })

  beforeAll(() => writeFile(join(scratch, 'Labelled'), `FROM ${baseImage()}\nARG T\nRUN true $T\n`))
})

describe('what is looked for', () => {
  const token = `ghs_${randomBytes(300).toString('base64url')}?>~`
  const forms = formsOf(token)

  test.each(['raw', 'base64', 'base64url', 'hex', 'URL'] as const)('the %s form', (form) => {
    for (const around of ['', 'x', 'xy']) {
      const text = `${around}${token}!`
      const written = {
        raw: text,
        URL: encodeURIComponent(text),
        base64: Buffer.from(text).toString('base64'),
        base64url: Buffer.from(text).toString('base64url'),
        hex: Buffer.from(text).toString('hex'),
      }
      expect(holds(written[form], forms)).toBe(true)
    }
  })

  test.each(['raw', 'base64', 'hex'] as const)('the %s form, broken into lines', (form) => {
    const text = form === 'raw' ? token : Buffer.from(token).toString(form)
    for (const width of [64, 76]) {
      const lines = text.replaceAll(new RegExp(`.{${width}}`, 'g'), '$&\n')
      expect(holds(lines, forms)).toBe(true)
    }
  })

  test("no other token's form", () => {
    const other = `${token.slice(0, 100)}${randomBytes(225).toString('base64url')}?>~`
    for (const encoding of ['utf8', 'base64', 'hex'] as const) {
      expect(holds(Buffer.from(other).toString(encoding), forms)).toBe(false)
    }
  })
})
