import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { readTrigger } from '../../src/inputs/trigger.ts'
import { problemsOf, push, read } from '../support/read.ts'

const key = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs1', format: 'pem' })
  .toString()
const raw = { context: '.', tags: 'a:1', 'client-id': 'Iv1.abc', 'private-key': key }

const repository = { full_name: 'acme/app' }
const fork = { full_name: 'mallory/app' }

test.each<[string, string, unknown, boolean]>([
  ['a push', 'push', { repository }, false],
  ['no payload', 'push', undefined, false],
  [
    'a pull request of this repository',
    'pull_request',
    { repository, pull_request: { head: { repo: repository } } },
    false,
  ],
  [
    'a pull request of a fork',
    'pull_request',
    { repository, pull_request: { head: { repo: fork } } },
    true,
  ],
  [
    'one of a fork that is gone',
    'pull_request_target',
    { repository, pull_request: { head: { repo: null } } },
    true,
  ],
  [
    'a run of this repository',
    'workflow_run',
    { repository, workflow_run: { head_repository: repository } },
    false,
  ],
  [
    'a run of a fork',
    'workflow_run',
    { repository, workflow_run: { head_repository: fork } },
    true,
  ],
  [
    'a comment on a pull request, whose code is not told',
    'issue_comment',
    { repository, issue: { pull_request: {} } },
    true,
  ],
  ['a comment on an issue', 'issue_comment', { repository, issue: {} }, false],
  [
    "a review of a fork's pull request",
    'pull_request_review',
    { repository, pull_request: { head: { repo: fork } } },
    true,
  ],
  [
    "an outsider's comment in a discussion",
    'discussion_comment',
    { repository, discussion: {}, comment: { author_association: 'NONE' } },
    true,
  ],
  [
    "a member's",
    'discussion_comment',
    { repository, discussion: {}, comment: { author_association: 'MEMBER' } },
    false,
  ],
])('%s', (_name, eventName, payload, isFork) => {
  expect(readTrigger({ eventName, actor: 'alice', payload })).toEqual({
    event: eventName,
    isFork,
    isDependabot: false,
  })
})

test.each([
  'pull_request_target',
  'workflow_run',
  'issue_comment',
  'pull_request_review',
  'pull_request_review_comment',
  'discussion_comment',
])('%s for the code of a fork mints no token, unless that is allowed', (event) => {
  const run = { trigger: { ...push, event, isFork: true } }
  expect(problemsOf(raw, run)).toEqual([
    expect.stringMatching(/allow-untrusted-trigger: .* (runs|may run) for a fork's code/),
  ])
  expect(read({ ...raw, 'allow-untrusted-trigger': 'true' }, run).credentials.kind).toBe('app')
  expect(read(raw, { trigger: { ...push, event } }).credentials.kind).toBe('app')
})

test.each<[string, Partial<typeof push>, RegExp]>([
  ['a fork', { isFork: true }, /workflows that a fork triggers get no secrets.*give github-token/],
  ['Dependabot', { isDependabot: true }, /Dependabot triggered this run.*give github-token/],
])('an empty key says why it is empty: %s', (_name, change, expected) => {
  const run = { trigger: { ...push, event: 'pull_request', ...change } }
  expect(problemsOf({ ...raw, 'private-key': '' }, run)).toEqual([expect.stringMatching(expected)])
})

test('where a token is given as well, the build gets that, and hears why', () => {
  const run = { trigger: { ...push, event: 'pull_request', isFork: true } }
  const { credentials } = read({ ...raw, 'private-key': '', 'github-token': 't' }, run)
  expect(credentials).toMatchObject({
    kind: 'given',
    insteadOfApp: 'private-key is empty: workflows that a fork triggers get no secrets',
  })
})

const build = { context: '.', tags: 'a:1' }

test.each<[string, Record<string, string>]>([
  ['private-key', { 'client-id': 'Iv1.abc', 'private-key': key }],
  ['github-token', { 'github-token': 't0ken' }],
  ['secrets', { secrets: 'a=hunter2' }],
  ['secret-envs', { 'secret-envs': 'a=NPM' }],
  ['secret-files', { 'secret-files': 'a=package.json' }],
  ['ssh', { ssh: 'default' }],
])('%s does not reach the code of a fork either', (name, secret) => {
  const run = { env: { NPM: 'x' }, workspace: process.cwd() }
  const trigger = { ...push, event: 'pull_request_target', isFork: true }
  expect(problemsOf({ ...build, ...secret }, { ...run, trigger })).toEqual([
    expect.stringContaining(`would see ${name}. `),
  ])
  const allowed = { ...build, ...secret, 'allow-untrusted-trigger': 'true' }
  expect(problemsOf(allowed, { ...run, trigger })).toEqual([])
  const own = { ...push, event: 'pull_request', isFork: true }
  expect(problemsOf({ ...build, ...secret }, { ...run, trigger: own })).toEqual([])
})

const entry = '- { context: ., tags: "a:1" }'

test.each<[string, Record<string, string>]>([
  ['ssh in builds', { builds: '- { context: ., tags: "a:1", ssh: default }' }],
  ['secrets in bake-set', { builds: entry, 'bake-set': '*.ssh=default' }],
  ['secrets in bake-set', { builds: entry, 'bake-set': '*.secrets=id=a,src=/etc/hostname' }],
  ['the agent \\(allow: ssh\\)', { 'bake-files': 'package.json', allow: 'network.host, ssh' }],
])('nor does %s', (name, inputs) => {
  const trigger = { ...push, event: 'pull_request_target', isFork: true }
  expect(problemsOf(inputs, { trigger, workspace: process.cwd() })).toEqual([
    expect.stringMatching(`would see ${name}\\. `),
  ])
  expect(problemsOf(inputs, { workspace: process.cwd() })).toEqual([])
})

test('a payload with nulls is one that says nothing', () => {
  const nulls = { pull_request: null, workflow_run: null, issue: null, discussion: null }
  expect(readTrigger({ eventName: 'push', payload: nulls }).isFork).toBe(false)
})

test('what a fork wrote is not trusted, also where it would see no secret', () => {
  const trusts = (trigger: Partial<typeof push>, raw = {}): boolean =>
    read({ ...build, ...raw }, { trigger: { ...push, ...trigger } }).isTrusted
  expect(trusts({})).toBe(true)
  expect(trusts({ event: 'pull_request_target', isFork: true })).toBe(false)
  const allowed = { 'allow-untrusted-trigger': 'true' }
  expect(trusts({ event: 'pull_request_target', isFork: true }, allowed)).toBe(true)
})
