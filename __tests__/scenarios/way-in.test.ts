import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findWayIn, passesEnvironment } from '../../src/build/way-in.ts'
import { createDocker, type Docker } from '../../src/docker/docker.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-way-in-'))
afterAll(() => rmSync(folder, { recursive: true }))
beforeAll(() => chmodSync(folder, 0o755))

/** A script in place of docker, found by way of a link, which calls the real one in the end. */
const standIn = (name: string, script: string): Docker => {
  const here = mkdtempSync(join(folder, `${name}-`))
  writeFileSync(join(here, 'script'), `#!/bin/bash\nPATH=$REAL_PATH\n${script}\n`, { mode: 0o755 })
  symlinkSync('script', join(here, 'docker'))
  const { PATH = '', HOME = '', DOCKER_HOST = '', DOCKER_CONFIG = '' } = process.env
  return createDocker({
    PATH: `${here}:${PATH}`,
    REAL_PATH: PATH,
    HOME,
    DOCKER_HOST,
    DOCKER_CONFIG,
  })
}

/** As sudo or a container would take them away. */
const bare = 'env -u SLIPWAY_PROBE'
/** In a namespace of processes of its own, where our numbers mean nothing. */
const apart = 'unshare --pid --fork --mount-proc'

describe('the way of files in memory through a docker that is a script', () => {
  test.each([
    ['hands all on', 'exec docker "$@"', 'stdin'],
    ['closes its input', 'exec 0<&-; exec docker "$@"', 'descriptor'],
    ['reads from nowhere', 'docker "$@" </dev/null', 'descriptor'],
    ['has eaten its input', 'cat >/dev/null; docker "$@"', 'stdin'],
    ['pipes its input', 'cat | docker "$@"', 'descriptor'],
    ['runs in a container', `exec ${apart} docker "$@"`, 'stdin'],
    ['runs in a container without input', `exec ${apart} docker "$@" </dev/null`, undefined],
  ])('that %s', async (_name, script, way) => {
    expect(await findWayIn(standIn('way', script))).toBe(way)
  })
})

test('whether the environment arrives', async () => {
  expect(await passesEnvironment(standIn('env', 'exec docker "$@"'), folder)).toBe(true)
  expect(await passesEnvironment(standIn('env', `exec ${bare} docker "$@"`), folder)).toBe(false)
})
