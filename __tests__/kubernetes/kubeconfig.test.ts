import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parse } from 'yaml'
import { renderError } from '../../src/failure.ts'
import { findCluster } from '../../src/kubernetes/kubeconfig.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kubeconfig-'))
})
afterEach(() => rmSync(home, { recursive: true }))

const write = (name: string, text: string): string => {
  const path = join(home, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
  return path
}

const one = `apiVersion: v1
kind: Config
clusters:
- name: a
  cluster: {server: https://a, certificate-authority: pki/ca.crt, insecure-skip-tls-verify: false}
users:
- name: a
  user:
    tokenFile: token
    exec: {command: ./sign-in, args: [yes, 0123]}
- name: b
  user: {exec: {command: aws}, client-key: /abs/key}
contexts:
- name: a
  context: {cluster: a, user: a, namespace: ci}
- name: b
  context: {cluster: a, user: b}
current-context: a
`

const messageOf = (env: Readonly<Record<string, string>>): string => {
  try {
    findCluster(env)
  } catch (error) {
    return renderError(error)
  }
  return 'no error'
}

test('the context and its namespace; paths begin at the root, all else stays as it is', () => {
  const path = write('.kube/config', one)
  const { pinned, ...found } = findCluster({ HOME: home })
  expect(found).toEqual({ files: [path], context: 'a', namespace: 'ci' })
  const folder = join(home, '.kube')
  const expected = one
    .replace('pki/ca.crt', `${folder}/pki/ca.crt`)
    .replace('tokenFile: token', `tokenFile: ${folder}/token`)
    .replace('./sign-in', `${folder}/sign-in`)
  // As YAML 1.1 has it, too, which Kubernetes reads: `yes` and `0123` are not quoted or changed.
  for (const version of ['1.1', '1.2'] as const)
    expect(parse(pinned, { version })).toEqual(parse(expected, { version }))
})

test('of several files what comes first counts; those that are missing do not', () => {
  const first = write('one', one.replace('current-context: a\n', ''))
  const second = write(
    'sub/two',
    `clusters:
- {name: a, cluster: {server: https://other}}
- {name: c, cluster: {server: https://c, certificate-authority: ca.crt}}
contexts:
- {name: c, context: {cluster: c}}
current-context: c
`,
  )
  const found = findCluster({ KUBECONFIG: `${first}:${join(home, 'nothing')}:${second}` })
  expect(found).toMatchObject({ files: [first, second], context: 'c', namespace: 'default' })
  expect(parse(found.pinned)).toMatchObject({
    clusters: [
      { name: 'a', cluster: { server: 'https://a' } },
      { name: 'c', cluster: { 'certificate-authority': join(home, 'sub/ca.crt') } },
    ],
    'current-context': 'c',
  })
})

test('what is wrong, without a word of what may be a token', () => {
  expect(messageOf({ HOME: home })).toMatch(
    /needs a cluster, and there is no kubeconfig\. Name one/,
  )
  const none = write('none', one.replace('current-context: a', 'current-context: gone'))
  expect(messageOf({ KUBECONFIG: none })).toMatch(/has no current context\. Choose one/)
  const broken = write('broken', 'users:\n- {user: {token: S3CRET')
  expect(messageOf({ KUBECONFIG: broken })).toMatch(/cannot be read: no YAML at character \d+/)
  expect(messageOf({ KUBECONFIG: broken })).not.toContain('S3CRET')
  expect(messageOf({ KUBECONFIG: write('list', '- a') })).toMatch(/cannot be read: no map/)
  expect(messageOf({ KUBECONFIG: home })).toMatch(/cannot be read: not a regular file/)
})
