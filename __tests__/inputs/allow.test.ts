import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RawInputs } from '../../src/inputs/raw-inputs.ts'
import { problemsOf, read } from '../support/read.ts'

const build: RawInputs = { context: '.', tags: 'api:dev' }

describe('allow', () => {
  test('takes what Bake takes, by commas and lines', () => {
    const allow =
      'network.host, ssh\nsecurity.insecure\nfs=/a\nfs.read=b=c\nfs.write=*, device, device=x/y=z, buildx.local.delete'
    expect(read({ 'bake-files': 'f', allow }).allow).toEqual({
      words: [
        ...['network.host', 'ssh', 'security.insecure', 'device', 'device=x/y=z'],
        'buildx.local.delete',
      ],
      reads: ['/a', 'b=c'],
      writes: ['/a', '*'],
    })
  })

  test.each([
    'network',
    'fs',
    'fs=',
    'fs.read',
    'fs.read=',
    'fs.exec=/a',
    'device=',
    'SSH',
    'buildx.local.delete=true',
    '*',
    '--allow=ssh',
  ])('%s is a problem', (allow) => {
    expect(problemsOf({ 'bake-files': 'f', allow })).toEqual([
      `- allow (${JSON.stringify(allow)}): unknown. Write fs=PATH, fs.read=PATH, fs.write=PATH, network.host, security.insecure, ssh, device, device=NAME or buildx.local.delete.`,
    ])
  })

  test('a single build and the entries of builds get what is for their RUN steps', () => {
    const allow = 'security.insecure, ssh, fs=/a, device=x, buildx.local.delete'
    for (const raw of [build, { builds: '[{ context: a, tags: "a:1", name: default }]' }]) {
      const { bake } = read({ ...raw, allow })
      expect(bake?.definition?.target['default']?.['entitlements']).toEqual([
        'security.insecure',
        'device=x',
      ])
    }
  })
})

describe('relative paths stay in the workspace', () => {
  let root: string
  let workspace: string
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'outside-'))
    workspace = join(root, 'work')
    mkdirSync(join(workspace, 'app'), { recursive: true })
    writeFileSync(join(root, 'key'), 'x')
    symlinkSync('/proc', join(workspace, 'proc'))
    symlinkSync('../key', join(workspace, 'key'))
    symlinkSync('app', join(workspace, 'inside'))
    for (const [folder, name] of [
      ['policy', 'Dockerfile.rego'],
      ['lower-policy', 'dockerfile.rego'],
      ['file', 'Dockerfile'],
      ['lower-file', 'dockerfile'],
    ] as const) {
      mkdirSync(join(workspace, folder))
      symlinkSync('/proc/self/environ', join(workspace, folder, name))
    }
  })
  afterAll(() => rmSync(root, { recursive: true }))

  test.each<[string, RawInputs, string, string]>([
    ['a context that is a link', { ...build, context: 'proc' }, 'context', 'proc'],
    ['a context above', { ...build, context: '../' }, 'context', '../'],
    ['a Dockerfile in a linked folder', { ...build, file: 'proc/D' }, 'file', 'proc'],
    ['a Dockerfile that is a link', { ...build, file: 'key' }, 'file', 'key'],
    [
      'a policy beside the usual Dockerfile',
      { ...build, context: 'policy' },
      'context',
      'policy/Dockerfile.rego',
    ],
    [
      'a policy beside one in lower case',
      { ...build, context: 'lower-policy' },
      'context',
      'lower-policy/dockerfile.rego',
    ],
    [
      'a policy beside a Dockerfile',
      { ...build, file: 'policy/Dockerfile' },
      'file',
      'policy/Dockerfile.rego',
    ],
    [
      'the usual Dockerfile that is a link',
      { ...build, context: 'file' },
      'context',
      'file/Dockerfile',
    ],
    [
      'the same in lower case',
      { ...build, context: 'lower-file' },
      'context',
      'lower-file/dockerfile',
    ],
    ['a further context', { ...build, 'build-contexts': 'a=proc' }, 'build-contexts', 'proc'],
    [
      'a further context that is a layout',
      { ...build, 'build-contexts': 'a=oci-layout://proc:1' },
      'build-contexts',
      'proc',
    ],
    ['a Bake file', { 'bake-files': 'key' }, 'bake-files', 'key'],
    ['a secret', { ...build, 'secret-files': 'a=key' }, 'secret-files', 'key'],
    [
      'an entry of builds',
      { builds: '[{ context: proc, tags: "a:1" }]' },
      'builds, line 1, context',
      'proc',
    ],
    [
      'a policy beside the Dockerfile of an entry',
      { builds: '[{ context: policy, tags: "a:1" }]' },
      'builds, line 1, context',
      'policy/Dockerfile.rego',
    ],
    [
      'the Dockerfile of an entry',
      { builds: '[{ context: app, file: ../x/D, tags: "a:1" }]' },
      'builds, line 1, file',
      '../x',
    ],
  ])('%s', (_name, raw, input, value) => {
    const problems = problemsOf(raw, { workspace })
    expect(problems).toEqual([
      expect.stringContaining(
        `- ${input} (${JSON.stringify(value)}): it leads out of the workspace, to /`,
      ),
    ])
    expect(problems[0]).toContain('Write the absolute path where that is meant.')
  })

  test('absolute ones are the own of the author, and what is inside or elsewhere is free', () => {
    const raw = {
      context: join(workspace, 'proc'),
      tags: 'a:1',
      file: '/etc/D',
      'build-contexts': 'a=inside\nb=docker-image://x\nc=https://x/y.git\nd=/etc',
      'secret-files': `a=${join(root, 'key')}`,
    }
    expect(problemsOf(raw, { workspace })).toEqual([])
    const remote = { context: 'https://github.com/a/b.git', tags: 'a:1', file: '../D' }
    expect(problemsOf(remote, { workspace })).toEqual([])
  })
})
