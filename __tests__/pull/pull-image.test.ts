import { expect, test } from 'vitest'
import type { Docker } from '../../src/docker/docker.ts'
import { Failure } from '../../src/failure.ts'
import { pullImage } from '../../src/pull/pull-image.ts'

const rest = { timeoutMs: 60_000, env: {} }

const patience = { pauseMs: 1, limitPauseMs: 2 }

/** Pulls with a command that is refused in such words, one after another, and works after that. */
const pull = async (canonical: string, refusals: readonly string[]) => {
  let tries = 0
  const lines: string[] = []
  const command: Docker['command'] = (_, options) => {
    const said = refusals[tries++]
    const script = said === undefined ? 'exit 0' : 'printf "%s\\n" "$1" >&2; exit 1'
    return { file: '/bin/sh', args: ['-c', script, 'sh', said ?? ''], ...options, ...rest }
  }
  const error = await pullImage(
    { command } as unknown as Docker,
    { given: canonical, canonical },
    (text) => void lines.push(text),
    async ({ kind }) => new Failure(kind),
    new AbortController().signal,
    patience,
  ).catch((thrown: Failure) => thrown.message)
  return { tries, error, lines }
}

const limit = 'Error response from daemon: toomanyrequests: Rate exceeded'

test('a registry that throttles for a moment is asked again, and the log says when', async () => {
  const { tries, error, lines } = await pull('public.ecr.aws/docker/library/redis:7', [limit])
  expect([tries, error]).toEqual([2, undefined])
  expect(lines).toEqual([
    expect.stringMatching(
      /^Pull public\.ecr\.aws\S+: toomanyrequests: Rate exceeded\. Trying again in [234] ms\.$/,
    ),
  ])
})

test("Docker Hub's limit is not tried again", async () => {
  expect(await pull('docker.io/library/redis:7', [limit])).toMatchObject({
    ...{ tries: 1, error: 'rate-limit', lines: [] },
  })
})

test('what does not pass is an error after four tries, and what cannot pass at once', async () => {
  const trouble = 'Error response from daemon: unexpected EOF'
  const name = 'r.example/a:1'
  expect(await pull(name, Array(5).fill(limit))).toMatchObject({ tries: 4, error: 'rate-limit' })
  expect(await pull(name, Array(5).fill(trouble))).toMatchObject({ tries: 4, error: 'passing' })
  expect(await pull(name, ['manifest unknown'])).toMatchObject({ tries: 1, error: 'no-tag' })
})

test('a step that is cancelled waits no longer', async () => {
  const reason = new Error('cancelled')
  const controller = new AbortController()
  const args = ['-c', 'echo EOF >&2; exit 1']
  const command: Docker['command'] = (_, options) => ({
    ...{ file: '/bin/sh', args, ...options, ...rest },
  })
  const pulling = pullImage(
    { command } as unknown as Docker,
    { given: 'a', canonical: 'r.example/a:1' },
    () => controller.abort(reason),
    async () => new Failure('explained'),
    controller.signal,
    { pauseMs: 60_000, limitPauseMs: 60_000 },
  )
  await expect(pulling).rejects.toBe(reason)
})
