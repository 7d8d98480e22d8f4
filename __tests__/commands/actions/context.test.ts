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
  const { trigger, repository, runAttempt, childEnv, ...all } = await readEnvironment()
  await import('./src/token/github.ts')
  const event = childEnv['GITHUB_EVENT_PATH']
  console.log(JSON.stringify({ trigger, repository, runAttempt, event }))
  console.log(JSON.stringify({ pullRequest: all.pullRequest, ...all.commentOrigin }))
`

const read = (env: Readonly<Record<string, string>>) => {
  const node = ['--input-type=module', '--eval', script]
  const options = { encoding: 'utf8', timeout: 60_000, env } as const
  const { stdout, stderr } = spawnSync(process.execPath, node, options)
  const [told, origin] = stdout.split('\n').map((line): unknown => JSON.parse(line || 'null'))
  return { stdout, stderr, told, origin }
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
    expect([stderr, stdout.split('\n').length]).toEqual(['', 3])
  },
)

test('what a comment is about and says of its run: numbers, hashes and addresses alone', () => {
  const [commit, merge] = ['a'.repeat(40), 'b'.repeat(40)]
  const numbers = { GITHUB_RUN_ID: '7', GITHUB_RUN_NUMBER: '41', GITHUB_SHA: merge }
  const ofRun = { GITHUB_WORKFLOW: 'CI', GITHUB_JOB: 'build', ...numbers }
  const ofPull = (number: unknown, sha: unknown, more: Readonly<Record<string, string>> = {}) => {
    rmSync(event, { force: true, recursive: true })
    writeFileSync(event, JSON.stringify({ pull_request: { number, head: { sha } } }))
    return read({ ...run, ...ofRun, ...more }).origin
  }
  const runUrl = 'https://github.com/acme/app/actions/runs/7'
  const own = { workflow: 'CI', job: 'build', runUrl, ofRun: ['7-3', '7', merge] }
  const ofCommit = ['7-3', '7', commit, merge]
  expect(ofPull(12, commit)).toEqual({ ...own, commit, ofRun: ofCommit, pullRequest: 12 })
  expect(ofPull('../12', `${commit})`)).toEqual(own)
  const none = { GITHUB_RUN_ID: '', GITHUB_SHA: '.*' }
  expect(ofPull(12, undefined, none)).toHaveProperty('ofRun', [])
  expect(ofPull(12, commit, { GITHUB_EVENT_NAME: 'push' })).not.toHaveProperty('pullRequest')
  const server = { GITHUB_SERVER_URL: 'https://x.example/) [y](z' }
  expect(ofPull(12, commit, server)).not.toHaveProperty('runUrl')
})
