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
  const read = (name: string): Promise<string> =>
    readFile(new URL(`../../../src/diagnose/cluster/kubectl/${name}`, import.meta.url), 'utf8')
  const script = (await read('ask.sh'))
    .replace('/etc/kubernetes', place)
    .replace('/var/lib/minikube', place)
  await writeFile(join(place, 'admin.conf'), '')
  await mkdir(join(place, 'binaries/v1.35.0'), { recursive: true })
  const program = `#!/bin/bash\n${kubectl}\n`
  await writeFile(join(place, 'binaries/v1.35.0/kubectl'), program, { mode: 0o755 })
  const known = await read('known-words.txt')
  const args = ['-c', script, 'slipway', 'pods', 'template', 'mini', known]
  return (await promisify(execFile)('bash', args, { env: { ...process.env, ...more } })).stdout
}

test("a node's kubectl asks its own API server, through no proxy", async () => {
  const proxies = { HTTPS_PROXY: 'http://proxy:3128', https_proxy: 'http://proxy:3128' }
  const printed = await ask('echo "$1 $HTTPS_PROXY$https_proxy"', proxies)
  expect(printed).toBe('--kubeconfig \n')
})

test('of a guarded message what is known leaves the node, and nothing else', async () => {
  const secret = 'sentinel'
  const quoted = (text: string): string => JSON.stringify(text).replaceAll("'", `'"'"'`)
  const line = (message: string): string => `'a\t~${quoted(message)}\tb%22~'`
  const messages = [
    `error: exec: "x --password=${secret}": executable file not found in $PATH: unknown`,
    `MountVolume.SetUp failed for volume "v" : mount failed: -o password=${secret}\t\n"`,
    'MountVolume.SetUp failed for volume "v" : configmap references non-existent config key: a.yml',
    '(combined from similar events): MountVolume.SetUp failed for volume "v" : secret "s" not found',
    `env PASSWORD=${secret}`,
    `"~${secret}`,
    `error: exec: "/app/${secret}": stat /app/${secret}: no such file or directory: unknown`,
    `error: exec: "/app/${secret} \\"a\\"": permission denied: unknown`,
    `failed to write "max": write /sys/fs/cgroup/${secret}/memory.max: permission denied: unknown`,
    `stat /srv/${secret}: no such file or directory`,
    `failed calling webhook "w.io": an error on the server ("${secret}") has prevented the request`,
    `admission webhook "w.io" denied the request: it violates PodSecurity "baseline:latest": ${secret}`,
    `admission webhook "w.io" denied the request: exceeded quota: ${secret}`,
    `denied: Pod "api" is invalid: spec: Invalid value: "${secret}"`,
  ]
  const printed = await ask(`printf '%s\\n' ${messages.map(line).join(' ')}`, {})
  expect(printed.split('\n')).toEqual([
    'a\t"executable file not found in $PATH"\tb%22~',
    String.raw`a	"MountVolume.SetUp failed for volume \"v\""	b%22~`,
    String.raw`a	"MountVolume.SetUp failed for volume \"v\" : configmap references non-existent config key: a.yml"	b%22~`,
    String.raw`a	"MountVolume.SetUp failed for volume \"v\" : secret \"s\" not found"	b%22~`,
    'a\t\tb%22~',
    'a\t\tb%22~',
    'a\t"exec: no such file or directory"\tb%22~',
    'a\t"exec: permission denied"\tb%22~',
    'a\t\tb%22~',
    'a\t\tb%22~',
    String.raw`a	"failed calling webhook \"w.io\""	b%22~`,
    String.raw`a	"admission webhook \"w.io\" denied the request"	b%22~`,
    String.raw`a	"admission webhook \"w.io\" denied the request"	b%22~`,
    String.raw`a	"Pod \"api\" is invalid"	b%22~`,
    '',
  ])
})

test('a field of another that begins like a guarded one guards none', async () => {
  expect(await ask(`printf '%s\\n' $'event\\t~web\\t~"sentinel"\\tb'`, {})).toBe('event\t\t\tb\n')
})
