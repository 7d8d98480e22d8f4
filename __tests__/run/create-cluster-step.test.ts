import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { EngineApi } from '../../src/docker/engine-api.ts'
import type { Env } from '../../src/host/command.ts'
import type { StepOf } from '../../src/plan/steps.ts'
import { createClusterStep } from '../../src/run/create-cluster-step.ts'
import type { Ports } from '../../src/run/ports.ts'

const labels = { 'io.x-k8s.kind.cluster': 'there', 'io.x-k8s.kind.role': 'control-plane' }

/** A daemon with one node of a cluster that somebody else has made. */
const get = async <T>(path: string): Promise<T | undefined> => {
  if (path.startsWith('/images/')) return { Config: {} } as T
  const node = { Id: 'n', Image: 'i', Mounts: [], HostConfig: { Privileged: true } }
  const listed = { Names: ['/there-control-plane'], Created: 0, Labels: labels, ImageID: 'i' }
  if (path.startsWith('/containers/json')) return [{ Id: 'n', State: 'running', ...listed }] as T
  return {
    ...node,
    Name: '/there-control-plane',
    State: { Pid: 1 },
    Config: { Labels: labels },
  } as T
}

/** What kind is given where it is to export the kubeconfig of that cluster, and where the step says it is. */
const createWith = async (stepEnv: Env, env: Env = stepEnv) => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-create-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'kind'), `#!/bin/sh\necho "$HOME|\${KUBECONFIG-none}" >${folder}/given\n`)
  chmodSync(join(bin, 'kind'), 0o755)
  const onPath = { PATH: `${bin}:/usr/bin:/bin` }
  const run = {
    ...{ id: '0123456789abcdef', tempDir: folder, workspace: folder, clusterLogs: folder },
    ...{ env: { ...env, ...onPath }, stepEnv: { ...stepEnv, ...onPath } },
    ...{ signal: new AbortController().signal, saveClusterState: () => {} },
  }
  const ports = { docker: { api: { get } as EngineApi }, log: { line: () => {} }, run }
  const request = {
    config: undefined,
    nodeImage: undefined,
    wait: undefined,
    kubeconfig: undefined,
  }
  const step = { kind: 'create-cluster', cluster: 'there', request: { ...request, keeps: false } }
  const { kubeconfig } = await createClusterStep(
    step as unknown as StepOf<'create-cluster'>,
    ports as unknown as Ports,
  )
  const [home, given] = readFileSync(join(folder, 'given'), 'utf8').trim().split('|')
  return { kubeconfig, home, given }
}

test("kind gets the kubeconfig of the step, and not that of the run's own builder", async () => {
  const builders = { HOME: '/home/me', KUBECONFIG: '/temp/run/kubeconfig' }
  expect(await createWith({ HOME: '/home/me', KUBECONFIG: '/e2e' }, builders)).toEqual({
    ...{ home: '/home/me', given: '/e2e', kubeconfig: '/e2e' },
  })
  expect(await createWith({ HOME: '/home/me' }, builders)).toEqual({
    ...{ home: '/home/me', given: 'none', kubeconfig: '/home/me/.kube/config' },
  })
})

test.each([{}, { HOME: '' }])(
  'with %j kind gets the home where the step says its file is',
  async (env) => {
    const { homedir } = userInfo()
    expect(await createWith(env)).toEqual({
      ...{ home: homedir, given: 'none', kubeconfig: `${homedir}/.kube/config` },
    })
  },
)
