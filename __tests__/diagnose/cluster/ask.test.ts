import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'

let place: string
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'slipway-ask-'))
})
afterEach(() => rm(place, { recursive: true }))

/** What a node's kubectl prints that is in one of minikube's folders. */
const ask = async (kubectl: string, more: NodeJS.ProcessEnv): Promise<string> => {
  const url = new URL('../../../src/diagnose/cluster/kubectl/ask.sh', import.meta.url)
  const script = (await readFile(url, 'utf8'))
    .replace('/etc/kubernetes', place)
    .replace('/var/lib/minikube', place)
  await writeFile(join(place, 'admin.conf'), '')
  await mkdir(join(place, 'binaries/v1.35.0'), { recursive: true })
  const program = `#!/bin/bash\n${kubectl}\n`
  await writeFile(join(place, 'binaries/v1.35.0/kubectl'), program, { mode: 0o755 })
  const args = ['-c', script, 'slipway', 'pods', 'template', 'mini']
  return (await promisify(execFile)('bash', args, { env: { ...process.env, ...more } })).stdout
}

test("a node's kubectl asks its own API server, through no proxy", async () => {
  const proxies = { HTTPS_PROXY: 'http://proxy:3128', https_proxy: 'http://proxy:3128' }
  const printed = await ask('echo "$1 $HTTPS_PROXY$https_proxy"', proxies)
  expect(printed).toBe('--kubeconfig \n')
})
