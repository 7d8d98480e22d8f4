import { execFile } from 'node:child_process'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Repository, RepositoryFiles } from './types.ts'

const run = promisify(execFile)

/** An environment in which git sees no configuration of the machine it runs on. */
export function gitEnvironment(): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    // Other users' ownership of the temp folder must not stop the backend.
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
    GIT_CONFIG_KEY_1: 'init.defaultBranch',
    GIT_CONFIG_VALUE_1: 'main',
  }
}

/** What `git fast-import` reads: one commit of files on `main`. */
function renderCommit(message: string, files: RepositoryFiles): Buffer {
  const data = (content: string | Uint8Array): Buffer[] => [
    Buffer.from(`data ${Buffer.byteLength(content)}\n`),
    Buffer.from(content as string),
    Buffer.from('\n'),
  ]
  return Buffer.concat([
    Buffer.from('commit refs/heads/main\ncommitter Double <double@example.invalid> now\n'),
    ...data(message),
    ...Object.entries(files).flatMap(([path, content]) => [
      Buffer.from(`M 100644 inline ${JSON.stringify(path)}\n`),
      ...data(content),
    ]),
  ])
}

/** Makes ROOT/owner/name.git with one commit of `files` on `main`. */
export async function createRepository(
  root: string,
  fullName: string,
  files: RepositoryFiles,
  id: number,
): Promise<Repository> {
  const [owner, name, ...rest] = fullName.split('/')
  if (!owner || !name || rest.length > 0 || [owner, name].some((part) => !/^[\w.-]+$/.test(part))) {
    throw new Error(`repository must be OWNER/NAME, got "${fullName}"`)
  }
  const gitDir = join(root, owner, `${name}.git`)
  const env = gitEnvironment()
  await run('git', ['init', '--quiet', '--bare', gitDir], { env })
  await appendFile(join(gitDir, 'config'), '[http]\n\treceivepack = true\n')
  const importing = run(
    'git',
    ['--git-dir', gitDir, 'fast-import', '--quiet', '--date-format=now'],
    {
      env,
    },
  )
  importing.child.stdin?.end(renderCommit(`First commit of ${fullName}`, files))
  await importing
  return { id, owner, name, gitDir }
}
