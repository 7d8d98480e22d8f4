import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
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
    GIT_AUTHOR_NAME: 'Double',
    GIT_AUTHOR_EMAIL: 'double@example.invalid',
    GIT_COMMITTER_NAME: 'Double',
    GIT_COMMITTER_EMAIL: 'double@example.invalid',
    // Other users' ownership of the temp folder must not stop the backend.
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
    GIT_CONFIG_KEY_1: 'init.defaultBranch',
    GIT_CONFIG_VALUE_1: 'main',
  }
}

async function writeFiles(folder: string, files: RepositoryFiles): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const target = resolve(folder, path)
    if (!target.startsWith(folder + sep)) throw new Error(`file outside the repository: ${path}`)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, content)
  }
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
  const workTree = await mkdtemp(join(root, 'tree-'))
  const env = gitEnvironment()
  const git = async (...args: string[]): Promise<string> =>
    (await run('git', args, { cwd: workTree, env })).stdout.trim()
  try {
    await writeFiles(workTree, files)
    await mkdir(dirname(gitDir), { recursive: true })
    await git('init', '--quiet')
    await git('add', '--all', '--force')
    await git('commit', '--quiet', '--allow-empty', '-m', `First commit of ${fullName}`)
    await git('clone', '--quiet', '--bare', '.', gitDir)
    await git('--git-dir', gitDir, 'config', 'http.receivepack', 'true')
    return { id, owner, name, gitDir, headSha: await git('rev-parse', 'HEAD') }
  } finally {
    await rm(workTree, { recursive: true, force: true })
  }
}
