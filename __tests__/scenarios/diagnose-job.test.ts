import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { useDiagnosedJob, warningsOf } from '../support/diagnosed-job.ts'
import { docker } from '../support/testbed.ts'

const { fixture, runJob, runDiagnosis } = useDiagnosedJob()

/** A way to Docker that can be stopped, as if the daemon hung from then on. */
const startDetour = async (path: string) => {
  const host = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock'
  let hangs = false
  const server = createServer((socket) => {
    if (hangs) return void socket.on('error', () => {})
    const docker = connect(host.replace('unix://', ''))
    socket.pipe(docker).pipe(socket)
    for (const end of [socket, docker]) end.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return {
    hang: (): void => {
      hangs = true
    },
    stop: () => server.close(),
  }
}

describe('nothing to find, or nobody to ask', () => {
  test('without anything to find, one line says what was looked at', async () => {
    const run = await runDiagnosis()
    expect(run.outputs['findings']).toBe('[]')
    expect(run.annotations).toEqual([])
    expect(run.log).toMatch(
      /It looked at: nodes \S+; .*there is no kubectl in it; kills for memory/,
    )
    expect(run.summary).toContain('found nothing that would explain a failure')
  })

  test('where Docker does not answer, it says so and does not fail', async () => {
    const env = { DOCKER_HOST: 'unix:///nowhere/docker.sock' }
    const run = await runDiagnosis({ env })
    expect(run.annotations).toEqual([])
    expect(run.log).toContain('Docker does not answer')
  })

  test('a daemon that hangs by then keeps post for some seconds, and fails nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'detour-'))
    const detour = await startDetour(join(folder, 'docker.sock'))
    const env = { DOCKER_HOST: `unix://${folder}/docker.sock` }
    const run = await runJob(async () => detour.hang(), { env })
    expect(run.log).toContain('It looked at: nothing, as there was no answer in time')
    expect(run.annotations).toEqual([])
    detour.stop()
    await rm(folder, { recursive: true })
  })
})

describe('what became of the nodes', () => {
  test('a node that was restarted is told', async () => {
    const run = await runJob(async () => {
      await docker('restart', '--time', '1', fixture.node)
    })
    expect(warningsOf(run)).toEqual([
      expect.stringContaining(
        `The node ${fixture.node} was restarted since the images were loaded`,
      ),
    ])
  })

  test('a node that does not run any more is told', async () => {
    const run = await runJob(async () => {
      await docker('kill', fixture.node)
    })
    expect(warningsOf(run)).toEqual([
      expect.stringContaining(`The node ${fixture.node} does not run any more`),
    ])
    expect(run.log).toContain('Docker: exit code 137')
  })

  test('a torn down cluster is no news', async () => {
    const run = await runJob(async () => {
      await docker('rm', '--force', '--volumes', fixture.node)
    })
    expect(run.annotations).toEqual([])
    expect(run.log).toContain('has no nodes (any more)')
  })
})
