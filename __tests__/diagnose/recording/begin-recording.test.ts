import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { beginRecording } from '../../../src/diagnose/recording/begin-recording.ts'

let folder: string
/** What a daemon without any node was asked. */
const asked: (string | undefined)[] = []
const daemon = createServer(({ url }, answer) => {
  asked.push(url)
  answer.setHeader('content-type', 'application/json').end('[]')
})

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'begin-recording-'))
  await new Promise<void>((resolve) => daemon.listen(join(folder, 'docker.sock'), resolve))
})
afterAll(async () => {
  daemon.closeAllConnections()
  await new Promise((resolve) => daemon.close(resolve))
  await rm(folder, { recursive: true })
})

test('nodes are asked when it may begin, and no sooner; what could not be recorded is said', async () => {
  const lines: string[] = []
  const { promise: after, resolve: begin } = Promise.withResolvers<void>()
  const finish = beginRecording({
    clusterName: 'kind',
    folder,
    childEnv: { ...process.env, DOCKER_HOST: `unix://${folder}/docker.sock` },
    line: (text) => lines.push(text),
    after,
  })
  // Whatever asks at once has asked by then.
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(asked).toEqual([])
  begin()
  await finish([])
  expect(asked).not.toEqual([])
  expect(lines).toEqual([
    expect.stringMatching(/^Could not record the nodes' state; the post step will not diagnose: /),
  ])
})
