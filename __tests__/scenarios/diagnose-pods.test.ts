import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Finding } from '../../src/diagnose/finding/finding.ts'
import { events, nodes } from '../support/kubernetes/bad-day-events.ts'
import { pods } from '../support/kubernetes/bad-day-pods.ts'
import { sentinel } from '../support/kubernetes/make-pods.ts'
import { type Kubernetes, startKubernetes } from '../support/kubernetes/server.ts'
import type { Run } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import { baseImage, type Cluster, docker, inNode, startCluster } from '../support/testbed.ts'

/** The names that pods of the bad day ask for, or nearly. */
const loaded = ['api', 'db:dev', 'web:v2', 'slipway-unused:1']
let cluster: Cluster
let kubernetes: Kubernetes
let node: string

/** After all loads. */
const later = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+/, '')

/** One pull of the bad day comes then, too. */
const eventsOfToday = events.map((event) =>
  event.message.includes('"postgres:16.4"') ? { ...event, lastTimestamp: later } : event,
)

/** A pod that came after all loads: what it waits for is news, whether it was loaded or not. */
const asOfToday = (pod: (typeof pods)[number]): (typeof pods)[number] => {
  if (pod.metadata.name !== 'db-0') return pod
  return { ...pod, metadata: { ...pod.metadata, creationTimestamp: later } }
}

beforeAll(async () => {
  for (const name of loaded) await docker('tag', baseImage(), name)
  const kubectl = (await promisify(execFile)('script/testbed', ['kubectl'])).stdout.trim()
  cluster = await startCluster()
  node = cluster.nodes[0] ?? ''
  kubernetes = await startKubernetes({ pods: pods.map(asOfToday), events: eventsOfToday, nodes })
  const address = '{{(index .IPAM.Config 0).Gateway}}'
  const gateway = await docker('network', 'inspect', 'kind', '--format', address)
  const folder = await mkdtemp(join(tmpdir(), 'admin-'))
  await writeFile(join(folder, 'admin.conf'), kubernetes.adminConfig(gateway))
  await inNode(node, 'mkdir', '-p', '/etc/kubernetes')
  await docker('cp', join(folder, 'admin.conf'), `${node}:/etc/kubernetes/admin.conf`)
  await docker('cp', kubectl, `${node}:/usr/bin/kubectl`)
  await rm(folder, { recursive: true })
})
afterAll(async () => {
  await Promise.all([cluster.remove(), kubernetes.stop()])
  await docker('rmi', ...loaded)
})

const expectNoSecrets = ({ log, summary, outputs, rawStdout }: Run): void => {
  expect([log, summary, rawStdout, JSON.stringify(outputs)].join('\n')).not.toContain(sentinel)
}

const causesOf = (findings: readonly Finding[], kind: string): readonly string[] =>
  findings.filter((finding) => finding.kind === kind).map(({ cause }) => cause)

test('mode: diagnose tells what a bad day left, causes first, and no secret of a pod', async () => {
  const run = await runSlipway({ mode: 'diagnose', 'cluster-name': cluster.name })
  const findings: readonly Finding[] = JSON.parse(run.outputs['findings'] ?? '[]')
  const kinds = new Set(findings.map(({ kind }) => kind))
  expect([...kinds].sort()).toEqual(
    expect.arrayContaining(['eviction', 'image-pull', 'liveness', 'oom-kill', 'pending']),
  )
  expect(run.conclusion).toBe('success')
  // GitHub keeps ten of a level.
  expect(run.annotations.length).toBe(10)
  expect(run.annotations.at(-1)?.message).toBe(
    `${findings.length - 9} more: see the job's summary, or the log of this step.`,
  )
  for (const { cause } of findings) expect(run.log).toContain(cause)
  expect(run.summary).toContain('### Slipway: what went wrong')
  expect(run.log).toContain('postgres:16.4: 1 pull of 161 MB on 1 node, pods waited 1 min 3 s')
  expect(run.summary).toContain('images: |\n  postgres:16.4\n  redis:latest\n')
  expectNoSecrets(run)
  await run.dispose()
})

test('after a load, pods that wait for loaded images are explained by what was loaded', async () => {
  let diagnosis: Run | undefined
  const inputs = { images: loaded.join(','), 'cluster-name': cluster.name }
  const run = await runSlipway(inputs, {
    betweenPhases: async (temp) => {
      diagnosis = await runSlipway({ mode: 'diagnose', 'cluster-name': cluster.name }, { temp })
    },
  })
  const findings: readonly Finding[] = JSON.parse(diagnosis?.outputs['findings'] ?? '[]')
  expect(causesOf(findings, 'pull-policy')).toEqual([
    expect.stringMatching(/api.*and 2 more.*latest/s),
    expect.stringContaining('db'),
  ])
  expect(causesOf(findings, 'image-pull').join('\n')).toContain('web:v2')
  // What happened on that day, or has waited for others' images since, is not this job's.
  const kinds = new Set(findings.map(({ kind }) => kind))
  expect([...kinds].sort()).toEqual([
    'disk-pressure',
    'image-pull',
    'memory-pressure',
    'pull-policy',
  ])
  expect(causesOf(findings, 'image-pull').join('\n')).not.toContain('redis')
  expect(diagnosis?.log).toContain('postgres:16.4: 1 pull')
  expect(diagnosis?.log).not.toContain('redis:latest: 1 pull')
  expect([run.exitCode, run.postExitCode]).toEqual([0, 0])
  // Post has nothing to add.
  expect(run.log).not.toContain('Images that nodes pulled')
  expect(run.annotations.filter(({ phase }) => phase === 'post')).toEqual([])
  expectNoSecrets(run)
  await Promise.all([run.dispose(), diagnosis?.dispose()])
})

test('what another step of the job has loaded is known to the post of each', async () => {
  let second: Run | undefined
  const inputs = (images: string) => ({ images, 'cluster-name': cluster.name })
  const first = await runSlipway(inputs('api'), {
    betweenPhases: async (temp) => {
      second = await runSlipway(inputs('db:dev'), { temp })
    },
  })
  // The posts come in the other order, and what one told the other leaves out.
  const told = (second?.annotations ?? []).filter(({ phase }) => phase === 'post')
  const causes = told.map(({ message }) => message).join('\n')
  expect(causes).toMatch(/api.*and 2 more.*latest/)
  expect(causes).not.toContain('api was not loaded by this job')
  expect(first.annotations.filter(({ phase }) => phase === 'post')).toEqual([])
  await Promise.all([first.dispose(), second?.dispose()])
})
