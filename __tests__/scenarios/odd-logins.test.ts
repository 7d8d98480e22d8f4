import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { buildFrom, expectWorks, useOddPlaces, writeConfig } from '../support/odd-places.ts'
import { asOrdinaryUser, buildxIn, findSocket } from '../support/ordinary-user.ts'
import type { RunOptions } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import { docker, uniqueName } from '../support/testbed.ts'

// A DOCKER_CONFIG of root's, for the step of an ordinary user who may read it and not write.
const places = useOddPlaces()

const loginsBy = {
  auths: () => ({ auths: { [places.closed.host]: { auth: places.closed.auth } } }),
  credHelpers: () => ({ credHelpers: { [places.closed.host]: 'odd' } }),
  credsStore: () => ({ auths: { [places.closed.host]: {} }, credsStore: 'odd' }),
}

/** A program that knows the login, as clouds have them. */
const writeHelper = async (): Promise<string> => {
  const folder = join(places.scratch, uniqueName('helper'))
  const [Username, Secret] = Buffer.from(places.closed.auth, 'base64').toString().split(':')
  const script = `#!/bin/sh\n[ "$1" = get ] && echo '${JSON.stringify({ Username, Secret })}'\n`
  await mkdir(folder)
  await writeFile(join(folder, 'docker-credential-odd'), script, { mode: 0o755 })
  return folder
}

/** What tells that something has been written to a folder. */
const stateOf = async (folder: string) =>
  Promise.all(
    (await readdir(folder)).map(async (name) => {
      const { mtimeMs, mode } = await stat(join(folder, name))
      return { name, mtimeMs, mode }
    }),
  )

/** The step's own files at the moment when the log has a text; links are none. */
const watchTemp = (text: string) => {
  let temp = ''
  const seen: string[] = []
  const watch: Partial<RunOptions> = {
    onSpawn: (pid) => {
      const environ = execFileSync('cat', [`/proc/${pid}/environ`], { encoding: 'utf8' })
      temp = /RUNNER_TEMP=([^\0]+)/.exec(environ)?.[1] ?? ''
    },
    onLine: (line) => {
      if (!line.text.includes(text)) return
      // buildx is at work there: what vanishes while find looks makes it fail, and is no failure here.
      const found = spawnSync('find', [temp, '-path', '*slipway-*', '-type', 'f'])
      seen.push(...found.stdout.toString().split('\n').filter(Boolean))
    },
  }
  return { watch, seen }
}

test.each(['auths', 'credHelpers', 'credsStore'] as const)(
  'logins by %s are kept, beside a folder of buildx that is locked',
  async (kind) => {
    const { closed, scratch } = places
    const config = await writeConfig(join(scratch, uniqueName('config')), loginsBy[kind]())
    await mkdir(join(config, 'buildx'), { mode: 0o700 })
    const before = await stateOf(config)
    const logins = closed.logins.length
    const { watch, seen } = watchTemp('now-42')
    const PATH = `${process.env['PATH']}:${await writeHelper()}`
    const run = await expectWorks(closed, places, {
      ...watch,
      env: { DOCKER_CONFIG: config, PATH },
    })
    expect(closed.logins.slice(logins)).toContain(true)
    expect(await stateOf(config)).toEqual(before)
    expect(await readFile(join(config, 'config.json'), 'utf8')).toBe(
      JSON.stringify(loginsBy[kind]()),
    )
    // While it builds: buildx's own files, and none of Docker's.
    expect(seen.join()).toContain('/buildx/current')
    expect(seen.filter((file) => file.endsWith('config.json'))).toEqual([])
    expect(run.log).toMatch(
      /^buildx cannot write to .*, and cannot read the builders there: it uses a folder/m,
    )
    await run.dispose()
  },
)

test('without a login the registry gives nothing', async () => {
  const config = await writeConfig(join(places.scratch, uniqueName('config')), {})
  const user = await asOrdinaryUser()
  const inputs = await buildFrom(places.closed, places)
  const run = await runSlipway(inputs, { ...user, env: { DOCKER_CONFIG: config } })
  expect(run.exitCode).toBe(1)
  expect(run.log).toMatch(/##\[error\].* failed: .*401 Unauthorized/)
  await run.dispose()
})

test('the context is kept', async () => {
  const config = await writeConfig(join(places.scratch, uniqueName('context')), {})
  const host = `--docker=host=unix://${findSocket()}`
  await docker('--config', config, 'context', 'create', 'odd', host)
  await writeFile(join(config, 'config.json'), JSON.stringify({ currentContext: 'odd' }))
  execFileSync('chmod', ['-R', 'a+rX', config])
  // At the usual place is something else, so that only the context knows the way.
  const prepare = 'mount --bind /dev/null /run/docker.sock'
  const run = await expectWorks(places.open, places, { prepare, env: { DOCKER_CONFIG: config } })
  await run.dispose()
})

/** Makes a builder, elsewhere on this machine, and the one in use. */
const useBuilder = async (config: string, port: number): Promise<void> => {
  // One that does not answer would be waited for: it gets its port afterwards.
  const create = ['create', '--name=elsewhere', '--driver=remote', '--use', 'tcp://127.0.0.1:1']
  // buildx notes for which socket it is in use.
  await buildxIn(config, create, { DOCKER_HOST: 'unix:///var/run/docker.sock' })
  const file = join(config, 'buildx/instances/elsewhere')
  await writeFile(file, (await readFile(file, 'utf8')).replace('.1:1"', `.1:${port}"`))
  execFileSync('chmod', ['-R', 'a+rX', config])
}

test('the builder in use is kept', async () => {
  let calls = 0
  const server = createServer((socket) => {
    calls += 1
    socket.destroy()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const config = await writeConfig(join(places.scratch, uniqueName('builder')), {})
  await useBuilder(config, (server.address() as AddressInfo).port)
  const { watch, seen } = watchTemp('waiting for connection')
  const cancel = new AbortController()
  const running = runSlipway(await buildFrom(places.open, places), {
    ...(await asOrdinaryUser()),
    ...watch,
    env: { DOCKER_CONFIG: config },
    signal: cancel.signal,
  })
  const isAsked = () => calls > 0 && seen.length > 0
  await eventually('the builder is asked, and the log says so', isAsked).catch(() => {})
  cancel.abort()
  const run = await running
  server.close()
  expect(run.log).toMatch(/^buildx cannot write to .*: it uses a folder of this step\.$/m)
  expect(calls).toBeGreaterThan(0)
  // With builders are keys, so they are linked and not copied.
  expect(seen.join()).toContain('/buildx/current')
  expect(seen.join()).not.toContain('instances')
  expect(places.github.tokens.at(-1)?.state()).toBe('revoked')
  await run.dispose()
})
