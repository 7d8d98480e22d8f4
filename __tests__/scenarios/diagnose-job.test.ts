import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  type DiagnosedJob,
  isEndRecorded,
  useDiagnosedJob,
  useSameDiagnosedJob,
  warningsOf,
} from '../support/diagnosed-job.ts'
import { itsEnd, startGreedyPod, takeAll } from '../support/greedy-pod.ts'
import { docker } from '../support/testbed.ts'

const startPod = ({ image }: DiagnosedJob, node: string, name: string) =>
  startGreedyPod(node, image, { namespace: 'shop', name, script: takeAll })

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
  const job = useSameDiagnosedJob()
  const { fixture, runJob, runDiagnosis } = job

  // The first one: nothing was killed yet in this node.
  test('without anything to find, one line says what was looked at', async () => {
    const run = await runDiagnosis()
    expect(run.outputs['findings']).toBe('[]')
    expect(run.annotations).toEqual([])
    expect(run.log).toMatch(
      /No cause found\. Checked: 1 node, OOM kills as far back as the kernel log reaches.*\. Not checked: Kubernetes \(no kubectl in \S+\)\./,
    )
    expect(run.summary).toContain('No cause found.')
  })

  test('where Docker does not answer, it says so and does not fail', async () => {
    const env = { DOCKER_HOST: 'unix:///nowhere/docker.sock' }
    const run = await runDiagnosis({ env })
    expect(run.annotations).toEqual([])
    expect(run.log).toContain('Not checked: nodes (Docker does not answer), OOM kills (')
  })

  test('a daemon that hangs by then keeps post for some seconds, and fails nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'detour-'))
    const detour = await startDetour(join(folder, 'docker.sock'))
    const env = { DOCKER_HOST: `unix://${folder}/docker.sock` }
    const kill = async (temp: string): Promise<void> => {
      await itsEnd(await startPod(job, fixture.node, 'trainer'))
      await isEndRecorded(temp, 'trainer')
      detour.hang()
    }
    const run = await runJob(kill, { env })
    expect(run.log).toMatch(
      /Checked: OOM kills since \d\d:\d\d UTC( \(\d+ elsewhere on this machine\))?\. Not checked: nodes \(Docker does not answer\)\./,
    )
    expect(warningsOf(run)).toEqual([expect.stringContaining('pod shop/trainer was OOM-killed')])
    detour.stop()
    await rm(folder, { recursive: true })
  })
})

describe('what became of the nodes', () => {
  const job = useDiagnosedJob()
  const { fixture, runJob } = job

  test('a node that was restarted is told', async () => {
    const run = await runJob(async () => {
      await docker('restart', '--time', '1', fixture.node)
    })
    expect(warningsOf(run)).toEqual([
      expect.stringContaining(`Node ${fixture.node} was restarted since the images were loaded`),
    ])
  })

  test('a node that does not run any more is told', async () => {
    const run = await runJob(async () => {
      await docker('kill', fixture.node)
    })
    expect(warningsOf(run)).toEqual([
      expect.stringContaining(`Node ${fixture.node} is no longer running`),
    ])
    expect(run.log).toContain('Docker: exit code 137')
  })

  test("another job's cluster of the same name is none of ours", async () => {
    const node = `${fixture.cluster.name}-second`
    onTestFinished(async () => {
      await docker('rm', '--force', '--volumes', node)
    })
    const betweenPhases = async () => {
      await docker('rm', '--force', '--volumes', fixture.node)
      const args = ['node', node, '--cluster', fixture.cluster.name, '--role', 'control-plane']
      await promisify(execFile)('script/testbed', args)
      // A runner of its own, with a temp folder of its own.
      await runJob(async () => itsEnd(await startPod(job, node, 'theirs')))
    }
    const run = await runJob(betweenPhases, { debug: true })
    expect(run.annotations).toEqual([])
    expect(run.log).not.toContain('theirs')
    expect(run.log).toMatch(
      /No cause found\. Checked: OOM kills since \S+ UTC \(\d+ elsewhere on this machine\)/,
    )
  })

  test('a torn down cluster is no finding, and post says nothing', async () => {
    const removeNode = async () => {
      await docker('rm', '--force', '--volumes', fixture.node)
    }
    const run = await runJob(removeNode, { debug: true })
    expect(run.annotations).toEqual([])
    const checks = /^::debug::No cause found\..* Not checked: nodes \(cluster \S+ has none\)\.$/m
    expect(run.rawStdout).toMatch(checks)
    expect(run.rawStdout.replace(checks, '')).not.toContain('No cause found')
  })
})
