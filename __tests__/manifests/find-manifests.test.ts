import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { renderError } from '../../src/failure.ts'
import { findManifests } from '../../src/manifests/find-manifests.ts'
import { joinManifests } from '../../src/manifests/workload.ts'

let workspace: string
beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'manifests-'))
})
afterEach(() => rm(workspace, { recursive: true }))

const pod = (image: string): string => `kind: Pod\nspec: { containers: [{ image: ${image} }] }\n`

const write = async (...paths: readonly string[]): Promise<void> => {
  for (const path of paths) {
    await mkdir(dirname(join(workspace, path)), { recursive: true })
    await writeFile(join(workspace, path), pod('a:1'))
  }
}

const find = async (...patterns: readonly string[]): Promise<readonly string[]> =>
  (await findManifests(patterns, workspace)).workloads.map(({ file }) => file)

const refusal = (...patterns: readonly string[]): Promise<string> =>
  find(...patterns).then(() => 'nothing refused', renderError)

test('globs name files in the workspace, each once', async () => {
  await write('k8s/b.yml', 'k8s/a.yaml', 'k8s/c.json', 'k8s/deep/d.yaml', 'other.yaml', 'k8s/x.txt')
  expect(await find('k8s/*.yaml')).toEqual(['k8s/a.yaml'])
  expect(await find('k8s/*.{yaml,yml}', './k8s/a.yaml')).toEqual(['k8s/a.yaml', 'k8s/b.yml'])
  expect(await find('k8s/**')).toEqual(['k8s/a.yaml', 'k8s/b.yml', 'k8s/c.json', 'k8s/deep/d.yaml'])
  expect(await find('**/*.yaml', '!k8s/deep/**')).toEqual(['k8s/a.yaml', 'other.yaml'])
  expect(await find('**/*.yaml', '!./other.yaml')).toEqual(['k8s/a.yaml', 'k8s/deep/d.yaml'])
})

test('what packages bring is not meant', async () => {
  await write('node_modules/a/b.yaml', 'a.yaml')
  expect(await find('**/*.yaml')).toEqual(['a.yaml'])
})

test('a name is taken as it is: with brackets, elsewhere, with another ending', async () => {
  await write('k8s/[x].yaml', 'rendered.out')
  expect(await find('k8s/[x].yaml')).toEqual(['k8s/[x].yaml'])
  expect(await find('rendered.out')).toEqual(['rendered.out'])
  const elsewhere = await mkdtemp(join(tmpdir(), 'rendered-'))
  await writeFile(join(elsewhere, 'all.yaml'), pod('b:1'))
  expect(await find(join(elsewhere, '*.yaml'))).toEqual([join(elsewhere, 'all.yaml')])
  await rm(elsewhere, { recursive: true })
})

test('a glob that matches nothing is refused, also beside one that does', async () => {
  await write('k8s/a.yaml', 'k8s/notes.txt')
  expect(await refusal('k8s/*.yaml', 'k8s/*.yml')).toBe(
    'manifests: k8s/*.yml matches no file that ends in .yaml, .yml or .json. Paths start in the workspace. A step that writes manifests must run before this one.',
  )
  expect(await refusal('k8s/*.txt')).toContain('k8s/*.txt matches no file')
  expect(await refusal('k9s/')).toContain('k9s/ matches no file')
  expect(await refusal('k8s/*.yaml', '!k8s/a.yaml')).toContain(
    'manifests: !k8s/a.yaml leaves out all files that k8s/*.yaml matches',
  )
  expect(await refusal('k8s/*.json', '!k8s/a.yaml')).toContain('matches no file')
  expect(await refusal('k8s/')).toBe(
    'manifests: k8s/ is a folder. Name its files, such as k8s/*.yaml.',
  )
})

test('what is no file, too large or gone is skipped with a warning', async () => {
  await write('a.yaml', 'large.yaml')
  await truncate(join(workspace, 'large.yaml'), 1_000_001)
  execFileSync('mkfifo', [join(workspace, 'pipe.yaml')])
  await symlink('nowhere', join(workspace, 'link.yaml'))
  await mkdir(join(workspace, 'folder.yaml'))
  const { workloads, warnings } = await findManifests(['*.yaml'], workspace)
  expect(workloads).toHaveLength(1)
  expect(warnings.map(({ message }) => message)).toEqual([
    'large.yaml is not checked: it cannot be read (larger than 1000 KB).',
    'link.yaml is not checked: it is not a file.',
    'pipe.yaml is not checked: it is not a file.',
  ])
})

test('links and paths that lead out of the workspace are not read, unless the glob is absolute', async () => {
  const elsewhere = await mkdtemp(join(tmpdir(), 'elsewhere-'))
  await writeFile(join(elsewhere, 'b.yaml'), pod('b:1'))
  await write('k8s/a.yaml')
  await symlink(join(elsewhere, 'b.yaml'), join(workspace, 'k8s/b.yaml'))
  await symlink(elsewhere, join(workspace, 'out'))
  const { workloads, warnings } = await findManifests(['k8s/*.yaml'], workspace)
  expect(workloads.map(({ file }) => file)).toEqual(['k8s/a.yaml'])
  expect(warnings.map(({ message }) => message)).toEqual([
    `k8s/b.yaml is not checked: it leads out of the workspace, to ${elsewhere}/b.yaml.`,
  ])
  expect(await refusal('out/**')).toBe(
    `manifests: out/** leads out of the workspace, to ${elsewhere}. Write the absolute path if you mean that.`,
  )
  expect(await refusal('../*.yaml')).toContain('leads out of the workspace')
  expect(await find(join(workspace, 'out/*.yaml'))).toHaveLength(1)
  await rm(elsewhere, { recursive: true })
})

test('a whole repository is not meant', async () => {
  for (let index = 0; index < 2_001; index += 1)
    await writeFile(join(workspace, `${index}.yaml`), '')
  expect(await refusal('*.yaml')).toBe(
    'manifests: more than 2000 files match. Name the folder of the manifests, such as k8s/**/*.yaml.',
  )
})

test('nothing asked for is nothing found', async () => {
  expect(await findManifests([], '/nowhere')).toEqual(joinManifests([]))
})
