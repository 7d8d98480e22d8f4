import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCluster, reopenCluster } from '../../src/kubernetes/open-cluster.ts'

let folder: string
let kubeconfig: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'open-cluster-'))
  kubeconfig = join(folder, 'given')
  writeFileSync(
    kubeconfig,
    'contexts: [{name: a, context: {}}]\ncurrent-context: a\nusers: [{name: a, user: {token: S3CRET}}]\n',
  )
})
afterEach(() => rmSync(folder, { recursive: true }))

const open = (namespace?: string) =>
  openCluster({ KUBECONFIG: kubeconfig, HOME: '/home/a' }, folder, namespace)

test('children read the cluster from memory for as long as it is open; no file has what is in it', () => {
  const cluster = open()
  expect(cluster).toMatchObject({ env: { HOME: '/home/a' }, namespace: 'default' })
  const path = cluster.env['KUBECONFIG'] ?? ''
  expect(readlinkSync(path)).toMatch(new RegExp(`^/proc/${process.pid}/fd/\\d+$`))
  rmSync(kubeconfig)
  expect(readFileSync(path, 'utf8')).toContain('S3CRET')
  const files = readdirSync(folder).filter((name) => join(folder, name) !== path)
  for (const name of files) expect(readFileSync(join(folder, name), 'utf8')).not.toContain('S3CRET')
  cluster.close()
  expect(() => readFileSync(path)).toThrow()
})

test('what post finds of it', () => {
  open('builders').close()
  expect(reopenCluster({}, folder, '0123456789abcdef')).toMatchObject({
    namespace: 'builders',
    runId: '0123456789abcdef',
  })
})

test.each(['', 'null', '{}', '{"files":"a","namespace":"b"}', '{"files":[1],"namespace":"b"}'])(
  'post takes no %j for one',
  (text) => {
    writeFileSync(join(folder, 'kubernetes.json'), text)
    expect(reopenCluster({}, folder, '0123456789abcdef')).toBeUndefined()
  },
)

test('without one there is nothing to find', () => {
  expect(reopenCluster({}, folder, '0123456789abcdef')).toBeUndefined()
})
