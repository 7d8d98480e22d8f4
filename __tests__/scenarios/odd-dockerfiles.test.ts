import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { copyCase } from '../support/cases.ts'
import { warningsOf } from '../support/loading.ts'
import { runSlipway } from '../support/slipway.ts'
import { type Cluster, docker, startCluster } from '../support/testbed.ts'

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster?.remove())

const run = (workspace: string, inputs: Readonly<Record<string, string>>) =>
  runSlipway({ 'cluster-name': cluster.name, ...inputs }, { github: { workspace } })

/** What a file of an image holds; the image goes. */
const takeFile = async (image: string, path: string): Promise<string> => {
  const text = await docker('run', '--rm', '--entrypoint', 'cat', image, path)
  await docker('rmi', '--force', image)
  return text
}

test('03-arg-forms: every target has the base that this run builds', async () => {
  const workspace = await copyCase('03-arg-forms')
  const made = await run(workspace, { 'bake-files': 'docker-bake.hcl', 'keep-images': 'true' })
  expect([made.exitCode, warningsOf(made)]).toEqual([0, []])
  const images = ['argbase', 'arg-a', 'arg-b', 'arg-c', 'arg-d', 'arg-e']
  const stamps = await Promise.all(images.map((name) => takeFile(`case-${name}:dev`, '/stamp')))
  expect(new Set(stamps).size).toBe(1)
})

test('05-inline-interp, 06-builds-interp, 07-builds-multiline: values arrive', async () => {
  const inline = await copyCase('05-inline-interp')
  const baked = await run(inline, { 'bake-files': 'docker-bake.hcl', 'keep-images': 'true' })
  expect([baked.exitCode, warningsOf(baked)]).toEqual([0, []])
  expect(await takeFile('case-inlchild:dev', '/fmt')).toBe(`%{http_code} $\{HOME}`)
  await docker('rmi', '--force', 'case-inlbase:dev')
  const workspace = await copyCase('06-builds-interp')
  await cp('__tests__/cases/07-builds-multiline', join(workspace, 'lines'), { recursive: true })
  const lists = [
    await readFile(join(workspace, 'builds.yaml'), 'utf8'),
    (await readFile(join(workspace, 'lines', 'builds.yaml'), 'utf8')).replace('.', 'lines'),
  ]
  const made = await run(workspace, { builds: lists.join(''), 'keep-images': 'true' })
  expect([made.exitCode, warningsOf(made)]).toEqual([0, []])
  expect(await takeFile('case-bi:dev', '/opts')).toBe(`-Dhome=$\{user.home}|%{http_code}`)
  expect(await takeFile('case-bm:dev', '/cert')).toBe('first line\nsecond line\nthird line')
})

test('11-secret-alias: the secret that is missing is named, where it is mounted', async () => {
  const workspace = await copyCase('11-secret-alias')
  const made = await run(workspace, { context: '.', tags: 'case-alias:dev' })
  expect(made.exitCode).toBe(1)
  expect(warningsOf(made)).toEqual([
    expect.stringContaining('A RUN mounts the secret `npm_auth`, which is not given'),
  ])
})
