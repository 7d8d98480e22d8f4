import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type SecretChannel, withSecretChannel } from '../../src/build/secret-channel.ts'
import { createDocker } from '../../src/docker/docker.ts'
import { attempt } from '../../src/failure.ts'
import { Secret } from '../../src/secret.ts'

const options = {
  docker: createDocker({ PATH: process.env['PATH'] ?? '' }),
  tempDir: tmpdir(),
  warn: (message: string): never => {
    throw new Error(message)
  },
}

const withSecrets = <T>(values: readonly Secret[], body: (channel: SecretChannel) => Promise<T>) =>
  withSecretChannel(
    values.map((value, index) => ({ id: `s${index}`, value })),
    options,
    body,
  )

const pathOf = (from = ''): string => from.replace(/^src=/, '')

/** Opens paths one after another, three times, as BuildKit does for three RUNs. */
const readThreeTimes = ({ sources, stdinFd = 0 }: SecretChannel): string =>
  execFileSync(
    'sh',
    [
      '-c',
      'for i in 1 2 3; do for path in "$@"; do cat "$path"; echo; done; done',
      'sh',
      ...sources.map(({ from }) => pathOf(from)),
    ],
    { stdio: [stdinFd, 'pipe', 'inherit'], encoding: 'latin1' },
  )

test('a child can read every secret again and again, each time from the start', async () => {
  const read = await withSecrets([new Secret('t0ken'), new Secret('second')], async (channel) => {
    expect(channel.env).toEqual({})
    expect(channel.sources.map(({ from }) => from)).toEqual([
      'src=/dev/stdin',
      expect.stringMatching(/^src=\/proc\/\d+\/fd\/\d+$/),
    ])
    return readThreeTimes(channel)
  })
  expect(read).toBe('t0ken\nsecond\n'.repeat(3))
})

test('bytes that are no text arrive as they are', async () => {
  const bytes = Buffer.from([0, 255, 10, 13, 128, 34, 44])
  const read = await withSecrets(
    [new Secret(bytes.toString('latin1'), 'latin1')],
    async (channel) => readThreeTimes(channel),
  )
  expect(read).toBe(`${bytes.toString('latin1')}\n`.repeat(3))
})

test("this is why: Node's own pipe cannot be opened at all", () => {
  const ended = spawnSync('sh', ['-c', 'cat /dev/stdin'], { input: 's3cret', encoding: 'utf8' })
  expect(ended.stdout).toBe('')
  expect(ended.stderr).toMatch(/No such device/)
})

test('a secret has no name, is readable by its owner alone, and is gone afterwards', async () => {
  const secret = randomBytes(16).toString('hex')
  /** Other tests have files and folders there, too. */
  const isIn = (name: string): boolean =>
    attempt(() => readFileSync(join('/dev/shm', name), 'latin1'))?.includes(secret) ?? false
  const target = await withSecrets([new Secret(secret)], async ({ stdinFd = -1 }) => {
    expect(fstatSync(stdinFd).nlink).toBe(0)
    const names = readdirSync('/dev/shm').filter((name) => name.startsWith('slipway-'))
    expect(names.filter(isIn)).toEqual([])
    return readlinkSync(`/proc/self/fd/${stdinFd}`)
  })
  expect(target).toMatch(/^\/dev\/shm\/.*\(deleted\)$/)
  expect(() => readFileSync(target)).toThrow()
})

test('it is gone also when the body throws', async () => {
  let descriptor: number | undefined
  const body = withSecrets([new Secret('x')], async ({ stdinFd }) => {
    descriptor = stdinFd
    throw new Error('no')
  })
  await expect(body).rejects.toThrow('no')
  expect(() => readlinkSync(`/proc/self/fd/${descriptor}`)).toThrow()
})
