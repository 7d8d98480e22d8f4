import { execFileSync } from 'node:child_process'
import { expect } from 'vitest'
import { rootTest } from '../support/root.ts'

/** Runs in a mount namespace of its own, with another /dev/shm. */
const inNarrowPlace = (shm: string, script: string): unknown => {
  const mountAndRun = `mount -t tmpfs -o ${shm} none /dev/shm && exec "$@"`
  const node = [process.execPath, '--input-type=module', '-e', script]
  const printed = execFileSync('unshare', ['--mount', 'sh', '-c', mountAndRun, 'sh', ...node], {
    encoding: 'utf8',
  })
  return JSON.parse(printed)
}

/** What becomes of secrets, given as JavaScript. */
const channelOf = (...values: readonly string[]): string => `
import { withSecretChannel } from '${process.cwd()}/src/build/secret-channel.ts'
import { createDocker } from '${process.cwd()}/src/docker/docker.ts'
import { Secret } from '${process.cwd()}/src/secret.ts'
const said = []
const values = [${values.join(', ')}]
const secrets = values.map((value, index) => ({ id: 'abc'[index], value }))
const docker = createDocker({ PATH: process.env.PATH })
const options = { docker, tempDir: '/nowhere', warn: (message) => said.push(message) }
const channel = await withSecretChannel(secrets, options, async (channel) => channel).catch(String)
console.log(JSON.stringify({ said, channel }))
`
const two = channelOf("new Secret('one')", "new Secret('two')")
const variables = {
  sources: [
    { id: 'a', from: 'env=SLIPWAY_SECRET_0' },
    { id: 'b', from: 'env=SLIPWAY_SECRET_1' },
  ],
  env: { SLIPWAY_SECRET_0: 'one', SLIPWAY_SECRET_1: 'two' },
}

rootTest(
  'without files in memory, secrets go through the environment of buildx alone, and that is said',
  () => {
    expect(inNarrowPlace('ro', two)).toEqual({
      said: [
        expect.stringMatching(/reach buildx through its environment.*do not work here \(EROFS/),
      ],
      channel: variables,
    })
  },
)

rootTest(
  'a memory that is full takes a part of a secret: all go through the environment, and that is said',
  () => {
    // It is a page of memory.
    const narrow = channelOf("new Secret('x'.repeat(6_000))")
    expect(inNarrowPlace('size=4k', narrow)).toEqual({
      said: [expect.stringMatching(/ENOSPC: \/dev\/shm is full, \d+ of 4096 bytes are free/)],
      channel: {
        sources: [{ id: 'a', from: 'env=SLIPWAY_SECRET_0' }],
        env: { SLIPWAY_SECRET_0: 'x'.repeat(6_000) },
      },
    })
  },
)

rootTest('a file with UTF-8 arrives so, with its byte order mark', () => {
  const text = '\ufeffSchlüssel'
  const file = `new Secret(Buffer.from('${text}').toString('latin1'), 'latin1')`
  expect(inNarrowPlace('ro', channelOf(file))).toMatchObject({
    channel: { env: { SLIPWAY_SECRET_0: text } },
  })
})

rootTest.each([
  ["new Secret('a\\0b')", 'The secret a is no text'],
  ["new Secret('\\xff\\xfe', 'latin1')", 'The secret a is no text'],
  ["new Secret('x'.repeat(200_000))", 'The secret a is too long'],
])('what no variable can hold as it is fails: %s', (value, reason) => {
  expect(inNarrowPlace('ro', channelOf(value))).toEqual({
    said: [],
    channel: expect.stringContaining(reason),
  })
})
