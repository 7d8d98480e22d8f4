import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { probeComments, putComment, type Thread } from '../../src/commands/pull-comment.ts'
import { mintToken } from '../../src/token/installation-token.ts'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import type { Permissions } from '../support/github/types.ts'
import { appOf } from '../support/mint-for.ts'
import { push } from '../support/read.ts'

let github: GitHub
let writer: Thread
let reader: Thread
let told: string[] = []
let pull = 0
const front = {
  line: (text: string) => void told.push(text),
  warning: (text: string) => void told.push(`warning: ${text}`),
  signal: new AbortController().signal,
}
const onPull = { ...push, event: 'pull_request' }
const marker = '<!-- slipway:images:0123456789abcdef -->'

const threadWith = async (permissions: Permissions, at = github): Promise<Thread> => {
  const scope = { owner: 'acme', repositories: [], spellings: ['acme'] }
  const options = { mask: () => {}, log: () => {}, signal: front.signal }
  const { token } = await mintToken(appOf(at, { permissions }), scope, options)
  return { apiUrl: at.apiUrl, token, repository: 'acme/api', number: 1 }
}

beforeAll(async () => {
  const permissions = { contents: 'read', metadata: 'read', pull_requests: 'write' }
  github = await startGitHub({ installations: [{ owner: 'acme', permissions }] })
  writer = await threadWith({ pull_requests: 'write' })
  reader = await threadWith({ contents: 'read', pull_requests: 'read' })
})
afterAll(() => github.stop())
beforeEach(() => {
  github.clearFaults()
  github.clearRequests()
  told = []
  pull += 1
  writer = { ...writer, number: pull }
  reader = { ...reader, number: pull }
})

const bodies = () =>
  github.comments.filter(({ thread }) => thread === `acme/api#${pull}`).map(({ body }) => body)

test('a token that may write is found out without an effect', async () => {
  expect(await probeComments(writer, onPull, front)).toBeUndefined()
  expect([bodies(), github.requests.map(({ status }) => status)]).toEqual([[], [422]])
})

test('should a GitHub take a comment without text, it does not stay', async () => {
  const permissions = { contents: 'read', metadata: 'read', pull_requests: 'write' }
  const installations = [{ owner: 'acme', permissions }]
  const lax = await startGitHub({ installations, takesEmptyComments: true })
  const thread = await threadWith({ pull_requests: 'write' }, lax)
  expect(await probeComments(thread, onPull, front)).toBeUndefined()
  const seen = lax.requests.map(({ method, status }) => [method, status])
  expect([seen.slice(-2), lax.comments]).toEqual([
    [
      ['POST', 201],
      ['DELETE', 204],
    ],
    [],
  ])
  await lax.stop()
})

test('one that may not is named, with what to write; of forks and Dependabot it is no error', async () => {
  await expect(probeComments(reader, onPull, front)).rejects.toMatchObject({
    message: `comment: true, but the token may not comment on acme/api#${pull}`,
    remedy: expect.stringContaining('pull-requests: write'),
  })
  const privileged = { ...onPull, event: 'pull_request_target', isFork: true }
  await expect(probeComments(reader, privileged, front)).rejects.toThrow('may not comment')
  const [fork, bot] = [
    { ...onPull, isFork: true },
    { ...onPull, isDependabot: true },
  ]
  expect(await probeComments(reader, fork, front)).toMatch(/forks .*only read/)
  expect(await probeComments(reader, bot, front)).toMatch(/Dependabot/)
})

test('trouble on the way, and a locked conversation, stop no build', async () => {
  github.inject({ kind: 'primary-limit', resetInS: 3_000 })
  expect(await probeComments(writer, onPull, front)).toBeUndefined()
  const message = 'Unable to create comment because issue is locked.'
  github.inject({ kind: 'status', status: 403, message })
  expect(await probeComments(writer, onPull, front)).toMatch(/locked/)
})

test('one comment, updated in place; what others wrote stays, with the marker, too', async () => {
  const copy = `${marker} copied`
  const mallory = { login: 'mallory', id: 7, type: 'User' } as const
  github.addComment(`acme/api#${pull}`, copy, mallory)
  const other = '<!-- slipway:images:fedcba9876543210 -->'
  await putComment(writer, marker, `${marker}\nfirst`, front)
  await putComment(writer, other, other, front)
  await putComment(writer, marker, `${marker}\nsecond`, front)
  expect(bodies()).toEqual([copy, `${marker}\nsecond`, other])
  expect(told).toEqual([])
})

test('GitHub Enterprise Server has the same below its prefix', async () => {
  const thread = { ...writer, apiUrl: github.apiUrlGhes }
  await putComment(thread, marker, `${marker}\nfirst`, front)
  await putComment(thread, marker, `${marker}\nsecond`, front)
  expect([bodies(), told]).toEqual([[`${marker}\nsecond`], []])
})

test('it is found on a later page, of which only so many are read', async () => {
  const user = { login: 'chatty', id: 8, type: 'User' } as const
  for (let at = 0; at < 120; at += 1) github.addComment(`acme/api#${pull}`, `${at}`, user)
  await putComment(writer, marker, `${marker}\nfirst`, front)
  await putComment(writer, marker, `${marker}\nsecond`, front)
  expect(bodies().slice(120)).toEqual([`${marker}\nsecond`])
  for (let at = 0; at < 1_000; at += 1) github.addComment('acme/api#99', `${at}`, user)
  github.clearRequests()
  await putComment({ ...writer, number: 99 }, marker, marker, front)
  expect(github.requests.filter(({ method }) => method === 'GET')).toHaveLength(10)
  expect(told).toEqual([expect.stringMatching(/^warning: .*not among the first 1000 comments/)])
})

test('an answer that was lost makes no second comment', async () => {
  github.inject({ kind: 'lost-answer', match: /^POST .*\/comments$/ })
  await putComment(writer, marker, `${marker}\nonly`, front)
  expect(bodies()).toEqual([`${marker}\nonly`])
})

test('what goes wrong at the end is a warning', async () => {
  await putComment(reader, marker, marker, front)
  expect(told).toEqual([
    expect.stringMatching(
      `^warning: Could not write the comment on acme/api#${pull}: Resource not accessible`,
    ),
  ])
})
