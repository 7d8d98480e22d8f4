import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createDocker } from '../../src/docker/docker.ts'
import { findPlainBuildx, isDirect } from '../../src/docker/programs.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** A folder with programs: ours, and what is a script only. */
const makeFolder = (files: Readonly<Record<string, 'program' | 'script'>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'programs-'))
  folders.push(folder)
  for (const [name, kind] of Object.entries(files)) {
    const file = join(folder, name)
    mkdirSync(dirname(file), { recursive: true })
    if (kind === 'program') copyFileSync('/bin/true', file)
    else writeFileSync(file, '#!/bin/sh\n')
    chmodSync(file, 0o755)
  }
  return folder
}

const plugin = 'cli-plugins/docker-buildx'

test('buildx is started without docker, which would start it twice', () => {
  const folder = makeFolder({ docker: 'program', [plugin]: 'program' })
  const { command } = createDocker({ PATH: folder, DOCKER_CONFIG: folder })
  expect(command(['buildx', 'bake', '--print'])).toMatchObject({
    file: join(folder, plugin),
    args: ['bake', '--print'],
  })
  expect(command(['ps'])).toMatchObject({ file: 'docker', args: ['ps'] })
})

test.each([
  ['docker', makeFolder({ docker: 'script', [plugin]: 'program' })],
  ['its plugin', makeFolder({ docker: 'program', [plugin]: 'script' })],
])('a script in the place of %s is what runs', (_name, folder) => {
  const env = { PATH: folder, DOCKER_CONFIG: folder }
  expect([isDirect(env), findPlainBuildx(env)]).toEqual([false, undefined])
  expect(createDocker(env).command(['buildx', 'ls'])).toMatchObject({
    file: 'docker',
    args: ['buildx', 'ls'],
  })
})
