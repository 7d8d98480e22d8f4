import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requireAllowed } from '../../src/build/allowed.ts'
import { findTargetRequests } from '../../src/build/requests.ts'
import { renderError } from '../../src/failure.ts'
import { read } from '../support/read.ts'

let root: string
let workspace: string
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'allowed-')))
  workspace = join(root, 'work')
  for (const folder of ['work/app', 'work/lower', 'other', 'work/https:', 'work/oci-layout:']) {
    mkdirSync(join(root, folder), { recursive: true })
  }
  writeFileSync(join(root, 'other', 'key'), 'x')
  for (const [name, target] of [
    ['proc', '/proc'],
    ['out', '../other'],
    ['key', '../other/key'],
    ['in', 'app'],
    ['https:/evil', '/etc'],
    ['git@evil:x', '/etc'],
    ['docker-image:x', '/etc'],
    ['target:x', '/etc'],
    ['app/linked', '/etc/hostname'],
    ['app/Policy.rego', '/etc/passwd'],
    ['layout:1', '/etc'],
    ['lower/dockerfile', '/etc/hostname'],
    ['lower/dockerfile.rego', '/etc/passwd'],
  ] as const) {
    symlinkSync(target, join(workspace, name))
  }
})
afterAll(() => rmSync(root, { recursive: true }))

type Target = Readonly<Record<string, unknown>>

/** What is said of one target, and what Bake is told of it. */
const check = (target: Target, allow = '', sets = '') => {
  const raw = { 'bake-files': 'f', allow, ...(sets === '' ? {} : { 'bake-set': sets }) }
  const inputs = read(raw, { workspace })
  if (inputs.bake === undefined) throw new Error('no bake')
  return requireAllowed(
    findTargetRequests({ target: { api: target } }, workspace),
    inputs.bake,
    inputs.allow,
    workspace,
  ).get('api')
}

const refusal = (target: Target, allow = '', sets = ''): string => {
  try {
    return `allowed: ${check(target, allow, sets)?.join(' ')}`
  } catch (error) {
    return renderError(error)
  }
}

/** What the error says to write, in its words. */
const missing = (target: Target, allow = '', sets = ''): string =>
  /`allow: (.*)`/.exec(refusal(target, allow, sets))?.[1] ?? refusal(target, allow, sets)

describe('free without being asked for', () => {
  test.each<[string, Target]>([
    ['nothing at all', {}],
    ['a folder and what is in it', { context: 'app', dockerfile: '../Dockerfile' }],
    ['a link within the workspace', { context: 'in' }],
    ['a folder that is not there yet', { context: 'later', dockerfile: 'docker/Dockerfile' }],
    ['a context of Git', { context: 'https://github.com/acme/app.git#main:sub' }],
    [
      'contexts of images, targets and the net',
      { contexts: { a: 'docker-image://x', b: 'target:y', c: 'https://x/y.git', d: 'app' } },
    ],
    ['a layout in the workspace', { contexts: { a: 'oci-layout://app:1' } }],
    ['a secret of the workspace', { secret: [{ id: 'a', src: 'app/key' }] }],
    // Whatever is in the environment is a variable of the Bake file, too.
    ['a secret of the environment', { secret: [{ id: 'a', env: 'HOME' }, 'type=env,id=b,src=B'] }],
    ['a secret by its id alone', { secret: [{ id: 'NPM_TOKEN' }] }],
    ['an output in the workspace', { output: [{ type: 'local', dest: 'out-of-build' }] }],
    ['an output that is none', { output: ['type=tar,dest=-', 'type=registry', 'type=docker'] }],
    [
      'caches elsewhere and in the workspace',
      {
        'cache-from': ['acme/app:cache', 'type=gha', { type: 'local', src: 'cache' }],
        'cache-to': ['type=registry,ref=x/y', 'type=inline', 'type=local,dest=cache'],
      },
    ],
    ['a network that is not the host', { network: 'none', 'extra-hosts': { a: '10.0.0.1' } }],
  ])('%s', (_name, target) => {
    expect(check(target)).toEqual([])
  })
})

describe('needs the word of the author', () => {
  test.each<[string, Target, string]>([
    ['a context that is a folder of the machine', { context: '/etc' }, 'fs.read=/etc'],
    ['a context that is a link', { context: 'proc' }, 'fs.read=/proc'],
    ['a context above', { context: '..' }, 'fs.read=ROOT'],
    ['a context above by its prefix', { context: 'cwd://..' }, 'fs.read=ROOT'],
    ['a context through a link and up', { context: 'in/../../other' }, 'fs.read=ROOT/other'],
    ['a context that looks like an address', { context: 'https://evil' }, 'fs.read=/etc'],
    ['a context that looks like Git', { context: 'git@evil:x' }, 'ssh, fs.read=/etc'],
    ['a context of a process', { context: '/proc/self/cwd' }, 'fs.read=/proc/self/cwd'],
    ['a Dockerfile elsewhere', { dockerfile: '/etc/Dockerfile' }, 'fs.read=/etc'],
    ['a Dockerfile from here', { dockerfile: 'cwd://../other/D' }, 'fs.read=ROOT/other'],
    ['a Dockerfile that is a link', { dockerfile: 'app/linked' }, 'fs.read=/etc/hostname'],
    ['a Dockerfile in a linked folder', { dockerfile: 'out/D' }, 'fs.read=ROOT/other'],
    [
      'a Dockerfile elsewhere, for a context of Git',
      { context: 'https://github.com/a/b.git', dockerfile: '/etc/D' },
      'fs.read=/etc',
    ],
    ['a policy beside the Dockerfile', { dockerfile: 'app/Policy' }, 'fs.read=/etc/passwd'],
    [
      'a usual Dockerfile in lower case, and its policy',
      { context: 'lower' },
      'fs.read=/etc/hostname, fs.read=/etc/passwd',
    ],
    ['a named context', { contexts: { a: '/etc' } }, 'fs.read=/etc'],
    ['a named context that is a link', { contexts: { a: 'out' } }, 'fs.read=ROOT/other'],
    ['a named context like an image', { contexts: { a: 'docker-image:x' } }, 'fs.read=/etc'],
    ['a layout elsewhere', { contexts: { a: 'oci-layout:///etc:1' } }, 'fs.read=/etc'],
    [
      'a layout by digest',
      { contexts: { a: `oci-layout://../other@sha256:${'0'.repeat(64)}` } },
      'fs.read=ROOT/other',
    ],
    [
      'a layout with a slash in its tag',
      { contexts: { a: 'oci-layout://out:a/b' } },
      'fs.read=ROOT/other',
    ],
    [
      'a layout whose name ends like a tag',
      { contexts: { a: 'oci-layout://layout:1' } },
      'fs.read=/etc',
    ],
    ['a secret file', { secret: [{ id: 'a', src: '/etc/shadow' }] }, 'fs.read=/etc/shadow'],
    ['a secret file in a line', { secret: ['id=a,source=/etc/shadow'] }, 'fs.read=/etc/shadow'],
    ['a secret file with quotes', { secret: ['"SRC=/etc/a,b",id=a'] }, 'fs.read=/etc/a,b'],
    ['a secret that is a link', { secret: [{ id: 'a', src: 'key' }] }, 'fs.read=ROOT/other/key'],
    [
      'a secret through a link and up, as the kernel goes',
      { secret: [{ id: 'a', src: 'out/../x' }] },
      'fs.read=ROOT/x',
    ],
    ['a secret whose id is its file', { secret: [{ id: '/etc/shadow' }] }, 'fs.read=/etc/shadow'],
    ['a secret whose id is a link', { secret: ['id=key'] }, 'fs.read=ROOT/other/key'],
    ['what the step passes', { secret: ['id=a,src=/dev/stdin'] }, 'fs.read=/proc/self/fd/0'],
    ['the agent', { ssh: [{ id: 'default' }] }, 'ssh'],
    ['the agent in a line', { ssh: ['default'] }, 'ssh'],
    ['the agent by an empty path', { ssh: [{ id: 'a', paths: [''] }] }, 'ssh'],
    ['the agent for Git', { context: 'ssh://git@github.com/a/b.git' }, 'ssh'],
    ['keys', { ssh: ['a=app/k,/root/.ssh/id'] }, 'fs.read=/root/.ssh/id'],
    ['keys in a map', { ssh: [{ id: 'a', paths: ['/k'] }] }, 'fs.read=/k'],
    ['an output folder', { output: [{ type: 'local', dest: '../x' }] }, 'fs.write=ROOT/x'],
    ['an output folder by its name', { output: ['../x'] }, 'fs.write=ROOT/x'],
    ['an output file', { output: ['type=tar,dest=/etc/cron.d/x'] }, 'fs.write=/etc/cron.d/x'],
    ['a cache to read', { 'cache-from': ['type=local,src=/c'] }, 'fs.read=/c'],
    ['a cache to write', { 'cache-to': [{ type: 'local', dest: '/c' }] }, 'fs.write=/c'],
    ["the host's network", { network: 'host', entitlements: ['network.host'] }, 'network.host'],
    ['privileges', { entitlements: ['security.insecure'] }, 'security.insecure'],
    ['a device', { entitlements: ['device=vendor/x=y,optional'] }, 'device=vendor/x=y'],
    ['what comes later', { entitlements: ['new.thing'] }, 'new.thing'],
  ])('%s', (_name, target, allow) => {
    const wanted = allow.replaceAll('ROOT', root)
    expect(missing(target).split(', ').toSorted()).toEqual(wanted.split(', ').toSorted())
    // What the error says to write is what it takes.
    if (!wanted.includes('new.thing') && !wanted.includes('a,b'))
      expect(refusal(target, wanted)).toMatch(/^allowed: /)
  })

  test('which target, key and value it is, all at once', () => {
    const bake = read({ 'bake-files': 'f' }, { workspace }).bake
    const both = {
      target: { api: { context: 'proc', network: 'host' }, web: { secret: ['id=a,src=/k'] } },
    }
    if (bake === undefined) throw new Error('no bake')
    const allow = { words: [], reads: [], writes: [] }
    expect(() =>
      requireAllowed(findTargetRequests(both, workspace), bake, allow, workspace),
    ).toThrow(
      [
        'The Bake files want what this step does not allow; nothing was built.',
        '- api: context reads "proc" outside the workspace, needs fs.read=/proc',
        '- api: network needs network.host',
        '- web: secret reads "/k" outside the workspace, needs fs.read=/k',
        'To allow it, add this line to the step: `allow: fs.read=/proc, network.host, fs.read=/k`. It then holds for the Bake file of every pull request.',
      ].join('\n'),
    )
  })

  test('a line break in a value stays in its line', () => {
    expect(refusal({ context: '/a\n::error::b' })).toContain('reads "/a\\n::error::b"')
  })
})

describe('what is allowed', () => {
  test('is told to Bake, as far as a target wants it', () => {
    const target = { context: '/etc', 'cache-to': ['type=local,dest=/c/d'], network: 'host' }
    const allow = 'fs.read=/etc, fs=/c\nnetwork.host, security.insecure'
    expect(check(target, allow)).toEqual(['fs.read=/etc', 'fs.write=/c/d', 'network.host'])
  })

  test.each([
    ['reading is not writing', { 'cache-to': ['type=local,dest=/c'] }, 'fs.read=/c'],
    ['writing is not reading', { 'cache-from': ['type=local,src=/c'] }, 'fs.write=/c'],
    ['a folder is not one that begins like it', { context: '/etcetera' }, 'fs.read=/etc'],
    ['a folder is not what a link in it leads to', { context: '/proc/1/root' }, 'fs.read=/root'],
    ['one device is not another', { entitlements: ['device=a'] }, 'device=b'],
  ])('%s', (_name, target, allow) => {
    expect(refusal(target, allow)).toContain('does not allow')
  })

  test.each([
    ['a star is everything', { context: '/etc', ssh: ['a=/k'] }, 'fs.read=*'],
    ['a relative path starts in the workspace', { context: '../other' }, 'fs.read=../other'],
    ['a link is where it leads', { context: 'out/x' }, 'fs.read=out'],
    ['all devices', { entitlements: ['device=a'] }, 'device'],
  ])('%s', (_name, target, allow) => {
    expect(refusal(target, allow)).toMatch(/^allowed: /)
  })
})

describe('bake-set is the word of the author', () => {
  test.each([
    ['*.cache-to=type=local,dest=/c', { 'cache-to': [{ type: 'local', dest: '/c' }] }],
    ['*.cache-from+=type=local,src=/c', { 'cache-from': [{ type: 'local', src: '/c' }] }],
    ['api.context=/etc', { context: '/etc' }],
    ['api.contexts.a=/etc', { contexts: { a: '/etc' } }],
    ['api.secrets=id=a,src=/k', { secret: [{ id: 'a', src: '/k' }] }],
    ['api.secret.a=src=/k', { secret: [{ id: 'a', src: '/k' }] }],
  ])('%s', (set, target) => {
    expect(refusal(target)).toContain('does not allow')
    expect(refusal(target, '', set)).toMatch(/^allowed: fs/)
  })

  test.each([
    ['a relative path stays in the workspace', '*.context=proc', { context: 'proc' }],
    ['network.host is allowed by its name only', '*.network=host', { network: 'host' }],
    ['so is the agent', '*.ssh=default', { ssh: ['default'] }],
    ['what is written is not read', '*.cache-to=type=local,dest=/c', { context: '/c' }],
  ])('%s', (_name, set, target) => {
    expect(refusal(target, '', set)).toContain('does not allow')
  })
})

test.each<[string, Target]>([
  ['context', { context: `\${homedir()}` }],
  ['contexts', { contexts: { [`\${x}`]: '.' } }],
  ['secret', { secret: [{ id: 'a', src: `%{ if true }/etc/shadow%{ endif }` }] }],
  ['entitlements', { entitlements: [`\${upper("x")}`] }],
])('%s with a template in it is refused, as Bake would evaluate it again', (key, target) => {
  const said = refusal(target, 'fs=*')
  expect(said).toContain(`- api: ${key} has a variable in it`)
})

test('what is written in the step is the own word of the author', () => {
  const builds = '[{ context: /etc, tags: "a:1", ssh: default, network: host }]'
  const { bake, allow } = read({ builds }, { workspace })
  if (bake?.definition === undefined) throw new Error('no builds')
  expect(
    requireAllowed(findTargetRequests(bake.definition, workspace), bake, allow, workspace).get('a'),
  ).toEqual(['fs.read=/etc', 'ssh', 'network.host'])
})
