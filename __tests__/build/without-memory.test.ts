import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

/** Runs in a mount namespace of its own, where /dev/shm takes no files. */
const inNarrowPlace = (script: string): string => {
  const mountAndRun = 'mount -t tmpfs -o ro none /dev/shm && exec "$@"'
  const node = [process.execPath, '--input-type=module', '-e', script]
  return execFileSync('unshare', ['--mount', 'sh', '-c', mountAndRun, 'sh', ...node], {
    encoding: 'utf8',
  })
}

const script = `
import { withSecretChannel } from '${process.cwd()}/src/build/secret-channel.ts'
import { Secret } from '${process.cwd()}/src/secret.ts'
const said = []
const channel = await withSecretChannel(
  [{ id: 'a', value: new Secret('one') }, { id: 'b', value: new Secret('two') }],
  (message) => said.push(message),
  async (channel) => channel,
)
console.log(JSON.stringify({ said, channel }))
`

test('without files in memory, secrets go through the environment of buildx alone, and that is said', () => {
  expect(JSON.parse(inNarrowPlace(script))).toEqual({
    said: [expect.stringMatching(/do not work here \(EROFS.*reach buildx through its environment/)],
    channel: {
      sources: [
        { id: 'a', from: 'env=SLIPWAY_SECRET_0' },
        { id: 'b', from: 'env=SLIPWAY_SECRET_1' },
      ],
      env: { SLIPWAY_SECRET_0: 'one', SLIPWAY_SECRET_1: 'two' },
    },
  })
})
