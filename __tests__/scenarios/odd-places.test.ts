import { chmod, chown, mkdir, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  buildFrom,
  expectWorks,
  makeHome,
  useOddPlaces,
  writeConfig,
} from '../support/odd-places.ts'
import { asOrdinaryUser, buildxIn, makeReadOnly, ordinaryId } from '../support/ordinary-user.ts'
import { runSlipway } from '../support/slipway.ts'
import { uniqueName } from '../support/testbed.ts'

const places = useOddPlaces()

describe('homes', () => {
  test('none: nothing is written to the workspace instead', async () => {
    const run = await expectWorks(places.open, places, {})
    expect(await readdir(run.files.workspace)).toEqual([])
    expect(run.log).toMatch(/^This user has no home folder: docker has no logins and no contexts/m)
    await run.dispose()
  })

  test("none, and the checkout brings a .docker: it is nobody's, in the step, its post and what runs between", async () => {
    const workspace = join(places.scratch, uniqueName('checkout'))
    const ran = join(places.scratch, uniqueName('ran'))
    await mkdir(ran)
    await chmod(ran, 0o777)
    const folder = await writeConfig(join(workspace, '.docker'), {
      currentContext: 'theirs',
      credsStore: 'theirs',
      auths: { [places.open.host]: {} },
    })
    // Whichever of them docker starts says so, and is of no use.
    const trap = `#!/bin/sh\necho "$0 $@" >>${ran}/said\nexit 1\n`
    const traps = ['.docker/cli-plugins/docker-buildx', 'docker-credential-theirs', 'docker']
    await mkdir(join(folder, 'cli-plugins'))
    for (const path of traps) await writeFile(join(workspace, path), trap, { mode: 0o755 })
    const run = await expectWorks(places.open, places, {
      env: { PATH: `.:${process.env['PATH']}:` },
      github: { workspace },
    })
    expect(await readdir(ran)).toEqual([])
    await run.dispose()
  })

  test('one that is not there and cannot be made', async () => {
    const run = await expectWorks(places.open, places, { env: { HOME: '/nonexistent' } })
    expect(run.log).toMatch(/^This user cannot use \/nonexistent\/\.docker: /m)
    await run.dispose()
  })

  test('a file', async () => {
    const run = await expectWorks(places.open, places, { env: { HOME: '/dev/null' } })
    await run.dispose()
  })

  test("another user's, and closed", async () => {
    const home = join(places.scratch, uniqueName('closed'))
    await mkdir(home, { mode: 0o700 })
    await writeConfig(join(home, '.docker'), {})
    const run = await expectWorks(places.open, places, { env: { HOME: home } })
    await run.dispose()
  })

  test('one on a read-only mount, with a login', async () => {
    const { closed } = places
    const home = await makeHome(places.scratch)
    const auths = { [closed.host]: { auth: closed.auth } }
    await writeConfig(join(home, '.docker'), { auths })
    const prepare = makeReadOnly(home)
    const run = await expectWorks(closed, places, { prepare, env: { HOME: home } })
    expect(run.log).toMatch(/^buildx cannot write to .*: it uses a folder of this step\.$/m)
    await run.dispose()
  })

  test('one as it should be: all stays as it is', async () => {
    const home = await makeHome(places.scratch)
    const run = await expectWorks(places.open, places, { env: { HOME: home } })
    expect(await readdir(join(home, '.docker', 'buildx'))).toContain('current')
    expect(run.log).not.toMatch(/out of reach|cannot write/)
    await run.dispose()
  })

  test('one in which root has used buildx, too: what is closed there', async () => {
    const home = await makeHome(places.scratch)
    const config = await writeConfig(join(home, '.docker'), {})
    await buildxIn(config, ['ls'])
    for (const each of [config, join(config, 'buildx')]) await chown(each, ordinaryId, ordinaryId)
    const run = await expectWorks(places.open, places, { env: { HOME: home } })
    expect(run.log).toMatch(
      /^buildx cannot write to .*, and cannot read the builders there: it uses a folder/m,
    )
    await run.dispose()
  })
})

test('a read-only workspace', async () => {
  const workspace = join(places.scratch, uniqueName('workspace'))
  await mkdir(workspace)
  const env = { HOME: await makeHome(places.scratch) }
  const prepare = makeReadOnly(workspace)
  const run = await expectWorks(places.open, places, { prepare, env, github: { workspace } })
  await run.dispose()
})

test("a temp folder that is not the user's: the system's own instead", async () => {
  const env = { HOME: await makeHome(places.scratch) }
  const prepare = 'chown root "$RUNNER_TEMP"'
  const run = await expectWorks(places.open, places, { prepare, env })
  // Runs of others may have theirs there.
  expect(run.state['run-id']).toMatch(/^[0-9a-f]{16}$/)
  expect(await readdir(tmpdir())).not.toContain(`slipway-${run.state['run-id']}`)
  await run.dispose()
})

test('a hosted runner without sudo: what cannot be freed stays, and the step goes on', async () => {
  const run = await expectWorks(places.open, places, {
    env: { HOME: await makeHome(places.scratch) },
    prepare: 'mkdir -p /usr/local/lib/android/sdk',
    runnerEnvironment: 'github-hosted',
    inputs: { 'free-disk': 'always' },
  })
  expect(run.log).toContain('Could not remove /usr/local/lib/android; the step continues.')
  await run.dispose()
})

test('killed without a home: the watchdog revokes, and post removes what is left', async () => {
  const run = await runSlipway(await buildFrom(places.open, places), {
    ...(await asOrdinaryUser()),
    killWhen: (line) => line.includes('now-42'),
  })
  expect([run.exitCode, run.postExitCode]).toEqual([137, 0])
  expect((await readdir(run.files.temp)).filter((name) => name.includes('slipway'))).toEqual([])
  expect(run.log).not.toContain('Cleanup was incomplete')
  const tokens = () => places.github.tokens.at(-1)?.state()
  await expect.poll(tokens, { timeout: 30_000 }).toBe('revoked')
  await run.dispose()
})
