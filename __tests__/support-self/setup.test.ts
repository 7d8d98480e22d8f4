import { execFile } from 'node:child_process'
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'

const run = promisify(execFile)

/** A project as npm leaves it where it runs no install scripts: the package `node` without its program. */
let project: string
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'setup-'))
  await mkdir(join(project, 'script'))
  await mkdir(join(project, 'node_modules', '.bin'), { recursive: true })
  await mkdir(join(project, 'node_modules', 'node'))
  await copyFile('script/setup.sh', join(project, 'script', 'setup.sh'))
  await writeFile(join(project, 'package-lock.json'), '{}')
  await utimes(join(project, 'package-lock.json'), 1, 1)
  await writeFile(join(project, 'node_modules', '.package-lock.json'), '{}')
})
afterEach(() => rm(project, { recursive: true }))

const setUp = () => run('bash', ['-c', '. "$0/script/setup.sh" && command -v node', project])

const writeInstallScript = (text: string): Promise<void> =>
  writeFile(join(project, 'node_modules', 'node', 'installArchSpecificPackage.js'), text)

test('the program of the package node is brought where npm ran no install scripts', async () => {
  await writeInstallScript(
    "const fs = require('fs'); fs.mkdirSync('bin'); fs.writeFileSync('bin/node', '', { mode: 0o755 })",
  )
  expect((await setUp()).stdout.trim()).toBe(join(project, 'node_modules', '.bin', 'node'))
})

test('where it cannot be brought, that is said, and no other is taken', async () => {
  await writeInstallScript('process.exit(1)')
  await expect(setUp()).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('The package node has no program.'),
  })
})

test('a program that is there is taken as it is', async () => {
  await writeInstallScript('process.exit(1)')
  await mkdir(join(project, 'node_modules', 'node', 'bin'))
  await writeFile(join(project, 'node_modules', 'node', 'bin', 'node'), '')
  await chmod(join(project, 'node_modules', 'node', 'bin', 'node'), 0o755)
  await symlink('../node/bin/node', join(project, 'node_modules', '.bin', 'node'))
  expect((await setUp()).stderr).toBe('')
})
