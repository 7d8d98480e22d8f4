import { expect, test } from 'vitest'
import { toBuildArgs } from '../../src/build/argv.ts'
import type { BuildInputs } from '../../src/inputs/inputs.ts'
import type { RawInputs } from '../../src/inputs/raw-inputs.ts'
import { read } from '../support/read.ts'

const parse = (raw: RawInputs): BuildInputs => {
  const { build } = read(raw)
  if (build === undefined) throw new Error('no build')
  return build
}

test('the shortest build', () => {
  expect(toBuildArgs(parse({ context: '.', tags: 'a:1' }), '/tmp/m.json', [])).toEqual([
    'buildx',
    'build',
    '--load',
    '--provenance=false',
    '--tag',
    'a:1',
    '--metadata-file',
    '/tmp/m.json',
    '--',
    '.',
  ])
})

test('every input has its option, and stays one argument', () => {
  const build = parse({
    context: './services/api',
    file: 'docker/Dockerfile',
    target: 'prod',
    tags: 'a:1, b:2',
    'build-args': 'A=x y; $(id)\nB',
    labels: 'l=1,2',
    'build-contexts': 'base=./base',
    network: 'host',
    ssh: 'default\ndeploy=/keys/a,b',
    'no-cache': 'true',
    pull: 'true',
  })
  const args = toBuildArgs(build, '/tmp/m.json', [
    { id: 'github_token', from: 'src=/dev/stdin' },
    { id: 'npm', from: 'src=/proc/7/fd/21' },
  ])
  expect(args.slice(4)).toEqual([
    ...['--file', 'docker/Dockerfile'],
    ...['--target', 'prod'],
    ...['--tag', 'a:1', '--tag', 'b:2'],
    ...['--build-arg', 'A=x y; $(id)', '--build-arg', 'B'],
    ...['--label', 'l=1,2'],
    ...['--build-context', 'base=./base'],
    ...['--network', 'host'],
    '--no-cache',
    '--pull',
    ...['--ssh', 'default', '--ssh', 'deploy=/keys/a,b'],
    ...['--secret', 'id=github_token,src=/dev/stdin', '--secret', 'id=npm,src=/proc/7/fd/21'],
    ...['--metadata-file', '/tmp/m.json'],
    ...['--', './services/api'],
  ])
})

test('a context that looks like an option is a context', () => {
  const args = toBuildArgs(parse({ context: '--help', tags: 'a:1' }), '/tmp/m.json', [])
  expect(args.slice(-2)).toEqual(['--', '--help'])
})
