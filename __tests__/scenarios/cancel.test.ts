import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startBarrier } from '../support/barrier.ts'
import { eventually } from '../support/eventually.ts'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { warningsOf } from '../support/loading.ts'
import type { Run, RunOptions } from '../support/runner/types.ts'
import { credentialsOf, runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  buildTestImage,
  type Cluster,
  docker,
  inNode,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

let github: GitHub
let cluster: Cluster
let scratch: string
let big: string
let tag: string

beforeAll(async () => {
  cluster = await startCluster()
  scratch = await mkdtemp(join(tmpdir(), 'slipway-cancel-'))
  big = `${uniqueName('cancel')}:1`
  const random = 'head -c 200000000 /dev/urandom >/big'
  await buildTestImage(big, `FROM ${baseImage()}\nRUN ${random} && seq 30000 | xargs touch\n`)
})
afterAll(async () => {
  await Promise.all([cluster.remove(), rm(scratch, { recursive: true })])
  await docker('rmi', '--force', big)
})
beforeEach(async () => {
  github = await startGitHub()
  tag = `${uniqueName('cancel')}:dev`
})
afterEach(() => github.stop())

type Step = Readonly<Record<string, string>>

/** Cancels a step as soon as something shows, and expects that it ends in time and leaves nothing. */
const cancelled = async (
  inputs: Step,
  options: Partial<RunOptions>,
  isThere: (pid: number) => Promise<boolean> | boolean,
): Promise<Run> => {
  const cancel = new AbortController()
  let pid = -1
  let cancelledMs = Number.POSITIVE_INFINITY
  let endedMs = Number.POSITIVE_INFINITY
  const running = runSlipway(inputs, {
    ...options,
    signal: cancel.signal,
    onSpawn: (main, phase) => {
      if (phase === 'main') pid = main
      else endedMs = performance.now()
    },
  })
  await eventually('it is there', () => isThere(pid))
  cancelledMs = performance.now()
  cancel.abort()
  const run = await running
  expect(run.conclusion).toBe('cancelled')
  // Of its own accord, and not by the runner's SIGTERM after 7.5 s. This machine may be busy.
  expect(run.exitCode).toBe(1)
  expect(endedMs - cancelledMs).toBeLessThan(7_400)
  expect(run.log).toContain('The step was cancelled')
  expect(run.orphans).toEqual([])
  expect(github.tokens.filter((token) => token.state() === 'live')).toEqual([])
  expect((await readdir(run.files.temp)).filter((name) => name.includes('slipway'))).toEqual([])
  await run.dispose()
  return run
}

/** A docker on the PATH that does something else for some commands, and says so in a file. */
const standIn = async (condition: string, script: string) => {
  const folder = join(scratch, uniqueName('bin'))
  await mkdir(folder)
  const { PATH = '' } = process.env
  const text = `#!/bin/bash\nif [[ "$*" == ${condition} ]]; then echo >'${folder}/begun'; ${script}; fi\nPATH='${PATH}' exec "$(basename "$0")" "$@"\n`
  for (const name of ['docker', 'kind']) {
    await writeFile(join(folder, name), text)
    await chmod(join(folder, name), 0o755)
  }
  const hasBegun = async (): Promise<boolean> => (await readdir(folder)).includes('begun')
  return { env: { PATH: `${folder}:${PATH}` }, hasBegun }
}

/** Heeds no signal, and neither does what it starts. */
const stubborn = "trap '' INT TERM HUP; while :; do sleep 1; done"

const ours = (): Step => ({ ...credentialsOf(github), 'cluster-name': cluster.name })

const writeContext = async (run: string): Promise<Step> => {
  const context = join(scratch, tag)
  await mkdir(context)
  await writeFile(join(context, 'Dockerfile'), `FROM ${baseImage()}\nRUN ${run}\n`)
  return { context, tags: tag, 'no-cache': 'true' }
}

describe('a cancelled step ends within seconds', () => {
  test('in a build that heeds no signal', async () => {
    const { env, hasBegun } = await standIn('*"--metadata-file="*', stubborn)
    const build = await writeContext('true')
    await cancelled({ ...ours(), ...build }, { env }, hasBegun)
  })

  test('while Bake computes', async () => {
    const file = `target "a" {\n  context = bcrypt("x", 31)\n  tags = ["${tag}"]\n}\n`
    await writeFile(join(scratch, 'docker-bake.hcl'), file)
    const inputs = { ...ours(), 'bake-files': 'docker-bake.hcl' }
    const isThere = async (): Promise<boolean> => (await findAll('bake')).length > 0
    await cancelled(inputs, { github: { workspace: scratch } }, isThere)
    expect(await findAll('bake')).toEqual([])
  })

  test.each([
    ['mints', /access_tokens/],
    ['probes', /\/installation\/repositories/],
    ['revokes', /\/installation\/token/],
  ])('while GitHub hangs as one %s', async (_name, match) => {
    github.inject({ kind: 'hang', match, times: match.test('/installation/token') ? 1 : 50 })
    const build = await writeContext('true')
    const isAsked = () => github.requests.some(({ path }) => match.test(path))
    if (!match.test('/installation/token')) {
      await cancelled({ ...ours(), ...build }, {}, isAsked)
      return
    }
    const cancel = new AbortController()
    const running = runSlipway({ ...ours(), ...build }, { signal: cancel.signal })
    await eventually('it revokes', isAsked)
    cancel.abort()
    const run = await running
    expect(run.exitCode).toBe(1)
    expect(warningsOf(run)).toEqual([expect.stringContaining('the watchdog goes on trying')])
    await eventually('the watchdog revokes', () => github.tokens[0]?.state() === 'revoked')
    await run.dispose()
  })

  test('while an image is linked', async () => {
    const inputs = { 'cluster-name': cluster.name, images: big, 'load-mode': 'link' }
    const labelled = `label=dev.slipway.node=${cluster.nodes[0]}`
    const isThere = async () => (await docker('ps', '--quiet', '--filter', labelled)) !== ''
    await cancelled(inputs, {}, isThere)
  })

  test('while an image is streamed', async () => {
    const inputs = { 'cluster-name': cluster.name, images: big, 'load-mode': 'stream' }
    await cancelled(inputs, {}, async (main) => (await findAll('save', main)).length > 0)
  })

  test('while kind loads, and heeds no signal', async () => {
    const { env, hasBegun } = await standIn('*"load docker-image"*', stubborn)
    const inputs = { 'cluster-name': cluster.name, images: big, 'load-mode': 'kind' }
    await cancelled(inputs, { env }, hasBegun)
  })

  test.each(['run', 'diagnose'])('while a daemon hangs that is asked in mode %s', async (mode) => {
    let isAsked = false
    const daemon = createServer((socket) => {
      socket.on('error', () => {})
      isAsked = true
    })
    const path = join(scratch, uniqueName('sock'))
    await new Promise<void>((resolve) => daemon.listen(path, resolve))
    const inputs = { mode, 'cluster-name': cluster.name, ...(mode === 'run' && { images: big }) }
    await cancelled(inputs, { env: { DOCKER_HOST: `unix://${path}` } }, () => isAsked)
    daemon.close()
  })
})

const read = (path: string): Promise<string> => readFile(path, 'latin1').catch(() => '')

/** Processes of `docker` that belong to a step: its children, or whoever knows our folder. */
const findAll = async (word: string, parent = -1): Promise<readonly number[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid) => {
      const argv = (await read(`/proc/${pid}/cmdline`)).split('\0')
      const isChild = (await read(`/proc/${pid}/status`)).includes(`PPid:\t${parent}\n`)
      const isOurs = isChild || (await read(`/proc/${pid}/environ`)).includes(scratch)
      return isOurs && argv.includes(word) ? [Number(pid)] : []
    }),
  )
  return found.flat()
}

describe('a watchdog that is killed', () => {
  const killWatchdog = async (main: number): Promise<void> => {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    for (const pid of pids) {
      const isIts = (await read(`/proc/${pid}/status`)).includes(`PPid:\t${main}\n`)
      if (isIts && /watchdog\.js\0/.test(await read(`/proc/${pid}/cmdline`))) {
        process.kill(Number(pid), 'SIGKILL')
      }
    }
  }

  const isReplaced = (line: string): boolean => line.includes('started another one')

  /** Builds, kills the watchdog as soon as the build runs, and lets that end when there is another one. */
  const bereft = async (options: Partial<RunOptions>): Promise<Run> => {
    let main = -1
    const barrier = await startBarrier()
    const build = await writeContext(`echo now-$((6*7)); ${barrier.command}`)
    try {
      return await runSlipway(
        { ...ours(), ...build, network: 'host' },
        {
          onSpawn: (pid, phase) => {
            if (phase === 'main') main = pid
          },
          onLine: ({ text }) => {
            if (text.includes('now-42') && !text.includes('RUN')) void killWatchdog(main)
            if (isReplaced(text)) barrier.open()
          },
          ...options,
        },
      )
    } finally {
      await barrier.stop()
    }
  }

  test('does not take the step along', async () => {
    const run = await bereft({})
    expect(run.log).not.toContain('##[error]')
    expect([run.exitCode, run.postExitCode]).toEqual([0, 0])
    expect(run.outputs['image-id']).toMatch(/^sha256:/)
    expect(warningsOf(run)).toEqual([expect.stringMatching(/watchdog.*started another one/)])
    expect(github.tokens.map((token) => token.state())).toEqual(['revoked'])
    await run.dispose()
    await docker('rmi', '--force', tag)
  })

  test('has another one guard: a main that is killed then leaves no live token', async () => {
    const run = await bereft({ killWhen: isReplaced })
    expect(run.exitCode).toBe(137)
    await eventually('the other one revokes', () => github.tokens[0]?.state() === 'revoked')
    await run.dispose()
  })
})

test('the node is well all the same', async () => {
  expect(await inNode(cluster.nodes[0] ?? '', 'crictl', 'images')).toContain('IMAGE')
})
