import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'slipway-context-'))
const event = join(folder, 'event')
afterAll(() => rmSync(folder, { recursive: true }))

/** A process that reads its environment as the action does, and then imports GitHub's client. */
const script = `
  import { readEnvironment } from './src/commands/actions/environment.ts'
  const { trigger, repository, runAttempt, childEnv } = await readEnvironment()
  await import('./src/token/github.ts')
  const event = childEnv['GITHUB_EVENT_PATH']
  console.log(JSON.stringify({ trigger, repository, runAttempt, event }))
`

const read = (env: Readonly<Record<string, string>>) => {
  const node = ['--input-type=module', '--eval', script]
  const options = { encoding: 'utf8', timeout: 20_000, env } as const
  const { stdout, stderr } = spawnSync(process.execPath, node, options)
  return { stdout, stderr, told: JSON.parse(stdout.split('\n')[0] || 'null') as unknown }
}

const run = {
  GITHUB_EVENT_PATH: event,
  GITHUB_EVENT_NAME: 'pull_request_target',
  GITHUB_ACTOR: 'dependabot[bot]',
  GITHUB_REPOSITORY: 'acme/app',
  GITHUB_RUN_ATTEMPT: '3',
}
const trigger = { event: 'pull_request_target', isFork: false, isDependabot: true }
const told = { trigger, repository: 'acme/app', runAttempt: 3, event }

const fork = {
  repository: { full_name: 'acme/app' },
  pull_request: { head: { repo: { full_name: 'mallory/app' } } },
}

test('what the run is comes from the toolkit, and from the event that we have read', () => {
  writeFileSync(event, JSON.stringify(fork))
  expect(read(run).told).toEqual({ ...told, trigger: { ...trigger, isFork: true } })
  expect(read({}).told).toEqual({
    trigger: { event: '', isFork: false, isDependabot: false },
    runAttempt: 1,
  })
})

test.each<[string, () => unknown]>([
  ['is not there', () => {}],
  ['is a pipe that nobody writes to', () => execFileSync('mkfifo', [event])],
  ['leads to a device without an end', () => symlinkSync('/dev/zero', event)],
  ['is a folder', () => symlinkSync(folder, event)],
  ['is no JSON, but a command', () => writeFileSync(event, '\n::error::planted ##[error]planted')],
  ['is null', () => writeFileSync(event, 'null')],
  [
    'is larger than any event',
    () => {
      writeFileSync(event, '')
      truncateSync(event, 40e9)
    },
  ],
])(
  'an event that %s tells nothing of a fork, holds nobody up, and is not printed',
  (_name, make) => {
    rmSync(event, { force: true })
    make()
    const { stdout, stderr, told: found } = read(run)
    expect(found).toEqual(told)
    expect([stderr, stdout.split('\n').length]).toEqual(['', 2])
  },
)
