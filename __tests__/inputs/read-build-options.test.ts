import { expect, test } from 'vitest'
import type { RawInputs } from '../../src/inputs/raw-inputs.ts'
import { problemsOf, read } from '../support/read.ts'

const env = {
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'acme/app',
  GITHUB_RUN_ID: '7',
  GITHUB_RUN_ATTEMPT: '2',
}
const build: RawInputs = { context: '.', tags: 'ghcr.io/acme/api:dev' }
const builderId = 'builder-id=https://github.com/acme/app/actions/runs/7/attempts/2'

const targetOf = (raw: RawInputs) =>
  read({ ...build, ...raw }, { env }).bake?.definition?.target['default']

// The situations of build-push-action's own tests of its arguments, as attributes of a Bake target.
test.each<[string, RawInputs, object]>([
  ['nothing', {}, { output: undefined, attest: undefined, platforms: undefined }],
  [
    'a Git context, with its own Dockerfile',
    { context: 'https://github.com/docker/build-push-action.git#refs/heads/master', file: './d/F' },
    {
      context: 'https://github.com/docker/build-push-action.git#refs/heads/master',
      dockerfile: './d/F',
    },
  ],
  [
    'tags with commas and lines',
    { tags: 'name/app:7.4, name/app:latest\nghcr.io/a/b:1' },
    { tags: ['name/app:7.4', 'name/app:latest', 'ghcr.io/a/b:1'] },
  ],
  [
    'arguments with commas, quotes and signs',
    { 'build-args': 'MY_ARG=val1,val2,val3\nARG=val=2\nMULTI="a b"' },
    { args: { MY_ARG: 'val1,val2,val3', ARG: 'val=2', MULTI: '"a b"' } },
  ],
  [
    'labels with commas',
    { labels: 'org.opencontainers.image.title=a, b\nx=y' },
    { labels: { 'org.opencontainers.image.title': 'a, b', x: 'y' } },
  ],
  [
    'platforms with commas and lines',
    { platforms: 'linux/amd64,linux/arm64\nlinux/arm/v7' },
    { platforms: ['linux/amd64', 'linux/arm64', 'linux/arm/v7'] },
  ],
  [
    'platforms as somebody wrote them, which buildx understands',
    { platforms: 'aarch64, x86_64, linux/x86-64' },
    { platforms: ['aarch64', 'x86_64', 'linux/x86-64'] },
  ],
  [
    'an output a line, with its commas',
    { outputs: 'type=local,dest=./release-out\n"type=tar,dest=/tmp/a,b.tar"' },
    { output: ['type=local,dest=./release-out', '"type=tar,dest=/tmp/a,b.tar"'] },
  ],
  ['a folder as an output', { outputs: './out' }, { output: ['./out'] }],
  ['push', { push: 'true' }, { output: ['type=image,push=true'] }],
  [
    'push of an image among the outputs',
    { push: 'true', outputs: 'type=image,compression=zstd\ntype=local,dest=o' },
    { output: ['type=image,compression=zstd,push=true', 'type=local,dest=o'] },
  ],
  [
    'push of what is pushed',
    { push: 'true', outputs: 'type=registry,compression=zstd' },
    { output: ['type=registry,compression=zstd'] },
  ],
  [
    'caches a line',
    {
      'cache-from': 'type=registry,ref=user/app:cache\ntype=local,src=/tmp/c',
      'cache-to': 'type=gha,mode=max\nuser/app:cache',
    },
    {
      'cache-from': ['type=registry,ref=user/app:cache', 'type=local,src=/tmp/c'],
      'cache-to': ['type=gha,mode=max', 'user/app:cache'],
    },
  ],
  [
    'hosts, one with two addresses',
    { 'add-hosts': 'docker:10.180.0.1,foo:10.0.0.1\nfoo=10.0.0.2\nv6:[::1]\ngw:host-gateway' },
    {
      'extra-hosts': {
        docker: '10.180.0.1',
        foo: '10.0.0.1,10.0.0.2',
        v6: '[::1]',
        gw: 'host-gateway',
      },
    },
  ],
  [
    'annotations with levels and commas',
    { annotations: 'example1=www\nindex:example2=xxx\nmanifest,index:example3=y,z' },
    { annotations: ['example1=www', 'index:example2=xxx', 'manifest,index:example3=y,z'] },
  ],
  ['provenance', { provenance: 'true' }, { attest: [`type=provenance,${builderId}`] }],
  ['no provenance', { provenance: 'false' }, { attest: ['type=provenance,disabled=true'] }],
  [
    'provenance with parameters',
    { provenance: 'mode=max' },
    { attest: [`type=provenance,mode=max,${builderId}`] },
  ],
  [
    'provenance of a builder',
    { provenance: 'builder-id=foo,mode=min' },
    { attest: ['type=provenance,builder-id=foo,mode=min'] },
  ],
  ['sbom', { sbom: 'true' }, { attest: ['type=sbom'] }],
  ['no sbom', { sbom: 'false' }, { attest: ['type=sbom,disabled=true'] }],
  [
    'a generator of sbom',
    { sbom: 'generator=docker/scout' },
    { attest: ['type=sbom,generator=docker/scout'] },
  ],
  [
    'attests beside',
    { attests: 'type=provenance,mode=min\ntype=sbom,generator=x', provenance: 'mode=max' },
    { attest: [`type=provenance,mode=max,${builderId}`, 'type=sbom,generator=x'] },
  ],
  [
    'filters of the cache',
    { 'no-cache-filters': 'stage1, stage2\nstage3' },
    { 'no-cache-filter': ['stage1', 'stage2', 'stage3'] },
  ],
  [
    'limits and shared memory',
    { ulimit: 'nofile=1024:1024\nnproc=3', 'shm-size': '2g' },
    { ulimits: ['nofile=1024:1024', 'nproc=3'], 'shm-size': '2g' },
  ],
  [
    'network, target, no-cache, pull',
    { network: 'host', target: 'dev', 'no-cache': 'true', pull: 'true' },
    { network: 'host', target: 'dev', 'no-cache': true, pull: true },
  ],
  [
    'named contexts',
    { 'build-contexts': 'alpine=docker-image://a:1' },
    { contexts: { alpine: 'docker-image://a:1' } },
  ],
  ['agents', { ssh: 'default' }, { ssh: ['default'] }],
  ['call: build', { call: 'build' }, { call: undefined }],
])('build-push-action: %s', (_name, raw, expected) => {
  const target = targetOf(raw)
  for (const [word, value] of Object.entries(expected)) expect(target?.[word]).toEqual(value)
})

test.each<[RawInputs, string]>([
  [{ tags: '', push: 'true' }, 'push: there are no tags, so nothing says where to.'],
  [
    { 'cgroup-parent': 'x' },
    'cgroup-parent ("x"): Bake, by which Slipway builds, has no such attribute.',
  ],
  [{ call: 'check' }, 'call ("check"): only build makes an image that can be loaded.'],
  [{ outputs: '-' }, 'outputs ("-"): no place for an output.'],
  [{ outputs: 'type=tar,dest=-' }, 'no place for an output.'],
  [{ outputs: 'type=local,dest=%{x}' }, 'no place for an output.'],
  [{ platforms: 'linux amd64' }, 'platforms ("linux amd64"): not a platform.'],
  [{ 'add-hosts': 'db' }, 'add-hosts ("db"): not a host with its address.'],
  [{ annotations: 'x' }, 'annotations ("x"): not an annotation.'],
  [{ attests: 'sbom' }, 'attests ("sbom"): not an attestation.'],
  [{ ulimit: 'nofile' }, 'ulimit ("nofile"): not a limit.'],
  [{ 'shm-size': 'much' }, 'shm-size ("much"): not a size.'],
  [{ push: 'yes' }, 'push ("yes"): not a boolean.'],
  [{ builder: 'mine', driver: 'docker-container' }, 'builder: given together with driver'],
  [{ builder: '-x' }, 'builder ("-x"): not the name of a builder.'],
])('refused: %j', (raw, expected) => {
  expect(problemsOf({ ...build, ...raw }, { env }).join('\n')).toContain(expected)
})

test('entries of builds take the same, lists as lists', () => {
  const builds = `
- context: .
  tags: ghcr.io/acme/api:dev
  push: true
  platforms: [linux/amd64]
  outputs: ["type=local,dest=out"]
  annotations: [a=b]
  add-hosts: [db:10.0.0.7]
`
  expect(read({ builds }).bake).toMatchObject({
    pushes: false,
    definition: {
      target: {
        api: {
          platforms: ['linux/amd64'],
          output: ['type=local,dest=out', 'type=image,push=true'],
          annotations: ['a=b'],
          'extra-hosts': { db: '10.0.0.7' },
        },
      },
    },
  })
})

test('push is for all of a Bake file; the rest is in the file', () => {
  expect(read({ 'bake-files': 'f.hcl', push: 'true' }).bake).toMatchObject({ pushes: true })
  expect(problemsOf({ 'bake-files': 'f.hcl', platforms: 'linux/amd64' })[0]).toContain(
    'for a single build, not for bake-files',
  )
})
