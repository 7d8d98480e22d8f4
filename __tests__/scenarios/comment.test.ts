import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mintToken } from '../../src/token/installation-token.ts'
import { makeImage, makeIndex, writeLayout } from '../support/blob-images.ts'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { appOf } from '../support/mint-for.ts'
import type { Run } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'

const workspace = mkdtempSync(join(tmpdir(), 'slipway-comment-'))
let github: GitHub
let [writing, reading] = ['', '']

const tokenWith = async (permissions: Readonly<Record<string, string>>): Promise<string> => {
  const options = { mask: () => {}, log: () => {}, signal: new AbortController().signal }
  const scope = { owner: 'acme', repositories: [], spellings: ['acme'] }
  return (await mintToken(appOf(github, { permissions }), scope, options)).token.expose()
}

beforeAll(async () => {
  const permissions = { contents: 'read', metadata: 'read', pull_requests: 'write' }
  github = await startGitHub({ installations: [{ owner: 'acme', permissions }] })
  writing = await tokenWith({ pull_requests: 'write' })
  reading = await tokenWith({ contents: 'read' })
  const { manifest, config, layers } = makeImage(['one', 'two'])
  writeLayout(join(workspace, 'layout'), makeIndex([[manifest, {}]]), [manifest, config, ...layers])
})
afterAll(async () => {
  await github?.stop()
  rmSync(workspace, { recursive: true })
})

const eventOf = (head: string) => ({
  repository: { full_name: 'acme/api' },
  pull_request: { number: 7, head: { sha: 'a'.repeat(40), repo: { full_name: head } } },
})

const runWith = async (
  token: string,
  event: object = eventOf('acme/api'),
  name = 'pull_request',
): Promise<Run> => {
  const inputs = { mode: 'report', images: './layout', comment: 'true' }
  const of = { repository: 'acme/api', event_name: name, event, token, workspace }
  const run = await runSlipway({ ...inputs, 'github-api-url': github.apiUrl }, { github: of })
  await run.dispose()
  return run
}

test("one comment with the job's own token, updated by the next run, and the token masked", async () => {
  const first = await runWith(writing)
  expect([first.exitCode, github.comments.length]).toEqual([0, 1])
  expect(first.masks).toContain(writing)
  expect(first.log).not.toContain(writing)
  const [comment] = github.comments
  expect(comment?.thread).toBe('acme/api#7')
  expect(comment?.body).toMatch(/^<!-- slipway:images:[0-9a-f]{16} -->\n### Image report\n/)
  expect(comment?.body).toContain('| <code>./layout</code> | 6 B |')
  if (comment !== undefined) comment.body = comment.body.replace('6 B', 'another size')
  expect((await runWith(writing)).exitCode).toBe(0)
  expect(github.comments.map(({ body }) => body.includes('| 6 B |'))).toEqual([true])
})

test('without the permission the step fails before it does anything', async () => {
  const { exitCode, annotations, log, outputs } = await runWith(reading)
  expect(exitCode).toBe(1)
  expect(annotations[0]?.message).toMatch(/may not comment on acme\/api#7.*pull-requests: write/)
  expect(log).not.toContain('Reading ./layout')
  expect(outputs['image-report']).toBe('[]')
})

test('for a fork, and for what is no pull request, it says why not', async () => {
  const fork = await runWith(reading, eventOf('mallory/api'))
  expect([fork.exitCode, fork.log]).toEqual([
    0,
    expect.stringMatching(/writes no comment: .*forks/),
  ])
  expect(fork.outputs['image-report']).toMatch(/^\[\{/)
  const push = await runWith(writing, {}, 'push')
  expect([push.exitCode, push.log]).toEqual([0, expect.stringContaining('event push is not')])
})
