import { expect, test } from 'vitest'
import { inputNames } from '../../src/inputs/raw-inputs.ts'
import { problemsOf } from '../support/read.ts'

const build = { context: '.', tags: 'api:dev' }
const inContainer = { ...build, driver: 'docker-container' }

type Given = Readonly<Record<string, string>>

/** What says the same here; a pattern where the step is told what to do instead. */
type Row = readonly [input: string, given: Given | RegExp]

const ofBuildPush: readonly Row[] = [
  ['add-hosts', { 'add-hosts': 'a:10.0.0.1' }],
  ['allow', { allow: 'network.host' }],
  ['annotations', { annotations: 'a=b', outputs: 'type=oci,dest=a.tar' }],
  ['attests', { attests: 'type=sbom', outputs: 'type=oci,dest=a.tar' }],
  ['build-args', { 'build-args': 'A=1,2' }],
  ['build-contexts', { 'build-contexts': 'a=docker-image://b:1' }],
  ['builder', { builder: 'mine' }],
  ['cache-from', { 'cache-from': 'type=gha' }],
  ['cache-to', { 'cache-to': 'type=gha,mode=max' }],
  ['call', /call/],
  ['cgroup-parent', /cgroup-parent.*driver-opts/],
  ['context', { context: '.' }],
  ['file', { file: 'Dockerfile.x' }],
  ['github-token', { 'github-token': 'a' }],
  ['labels', { labels: 'a=b' }],
  ['load', { load: 'true' }],
  ['network', { network: 'none' }],
  ['no-cache', { 'no-cache': 'true' }],
  ['no-cache-filters', { 'no-cache-filters': 'a, b' }],
  ['outputs', { outputs: 'type=local,dest=out' }],
  ['platforms', { platforms: 'linux/amd64' }],
  ['provenance', { provenance: 'mode=max', push: 'true' }],
  ['pull', { pull: 'true' }],
  ['push', { push: 'true' }],
  ['sbom', { sbom: 'true', push: 'true' }],
  ['secret-envs', { 'secret-envs': 'a=HOME' }],
  ['secret-files', { 'secret-files': 'a=etc/hostname' }],
  ['secrets', { secrets: 'a=b' }],
  ['shm-size', { 'shm-size': '2g' }],
  ['ssh', { ssh: 'default' }],
  ['tags', { tags: 'a:1' }],
  ['target', { target: 'a' }],
  ['ulimit', { ulimit: 'nofile=1:2' }],
]

const ofSetupBuildx: readonly Row[] = [
  ['append', { append: '- endpoint: ssh://b' }],
  ['buildkitd-config', { 'buildkitd-config': 'a.toml' }],
  ['buildkitd-config-inline', { 'buildkitd-config-inline': 'debug = true' }],
  ['buildkitd-flags', { 'buildkitd-flags': '--debug' }],
  ['cache-binary', /cache-binary.*downloads no buildx/],
  ['cleanup', /cleanup.*name it in builder/],
  ['config', /config.*Did you mean buildkitd-config\?/],
  ['config-inline', /config-inline.*Did you mean buildkitd-config-inline\?/],
  ['driver', { driver: 'docker-container' }],
  ['driver-opts', { 'driver-opts': 'network=host' }],
  ['endpoint', { endpoint: 'mine' }],
  ['install', /install.*Leave it out/],
  ['keep-state', { 'keep-state': 'true' }],
  ['name', /name.*no such input/],
  // That name is the image's.
  ['platforms', { 'builder-platforms': 'linux/amd64' }],
  ['use', /use.*The step alone uses its builder/],
  ['version', /version.*docker\/setup-buildx-action installs another one/],
]

const check = (base: Given, input: string, given: Given | RegExp): void => {
  if (!(given instanceof RegExp)) {
    const env = { HOME: '/h' }
    expect(problemsOf({ ...base, ...given }, { env })).toEqual([])
    return
  }
  const isKnown = inputNames.some((name) => name === input)
  const problems = isKnown
    ? problemsOf({ ...base, [input]: 'check' })
    : problemsOf(base, { unknownInputs: [input] })
  expect(problems).toEqual([expect.stringMatching(given)])
}

test.each(ofBuildPush)('%s of docker/build-push-action', (input, given) => {
  expect(inputNames).toContain(input)
  check(build, input, given)
})

test.each(ofSetupBuildx)('%s of docker/setup-buildx-action', (input, given) => {
  check(inContainer, input, given)
})

test('all of them', () => {
  expect([ofBuildPush.length, ofSetupBuildx.length]).toEqual([33, 17])
})
