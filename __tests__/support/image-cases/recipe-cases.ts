import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Case } from './case.ts'
import { writeTree } from './write-tree.ts'

const execute = promisify(execFile)

/** A repository with a commit, as the real git makes it; `bytes` in a pack that is sparse. */
const makeRepository =
  (bytes: number) =>
  async (folder: string): Promise<void> => {
    const cwd = join(folder, 'app')
    await writeTree(cwd, { 'main.sh': 'echo\n', 'data.bin': randomBytes(150_000) })
    const who = ['-c', 'user.name=a', '-c', 'user.email=a@b.example', '-c', 'commit.gpgsign=false']
    await execute('git', ['init', '--quiet', '--template='], { cwd })
    await execute('git', ['add', '.'], { cwd })
    await execute('git', [...who, 'commit', '--quiet', '--message=first'], { cwd })
    if (bytes > 0) await writeTree(join(cwd, '.git/objects/pack'), { 'pack-0.pack': bytes })
  }

/** What the Dockerfile, or what it copies, says of the image. */
export const recipeCases: readonly Case[] = [
  {
    name: 'git-folder',
    line: 2,
    sin: ['FROM tiny', 'COPY app /app'],
    clean: ['FROM tiny', 'COPY app /app'],
    ignored: ['**/.git'],
    saves: true,
    prepare: makeRepository(0),
  },
  {
    name: 'large-context',
    line: 3,
    sin: ['FROM tiny', 'WORKDIR /app', 'COPY app .'],
    clean: ['FROM tiny', 'WORKDIR /app', 'COPY app .'],
    ignored: ['app/.git'],
    also: ['git-folder'],
    evidence: 'not needed: app/.git 101 MB; lines for large-context/.dockerignore: app/.git',
    prepare: makeRepository(101_000_000),
  },
  {
    name: 'build-base',
    line: 1,
    sin: ['FROM devel', 'RUN touch /program'],
    clean: [
      'FROM devel AS build',
      'RUN touch /program',
      'FROM tiny',
      'COPY --from=build /program /',
    ],
  },
  {
    name: 'full-python-base',
    line: 1,
    sin: ['FROM wholePython', 'COPY main.py /srv/'],
    clean: [
      'FROM wholePython AS build',
      'RUN touch /built',
      'FROM slimPython',
      'COPY main.py /srv/',
      'COPY --from=build /built /built',
    ],
    files: { 'main.py': 'import json\n' },
  },
]

/** What only a builder makes of it that fetches layers when a step needs them. */
export const coldCases: readonly Case[] = [
  {
    name: 'copied-without-link',
    line: 2,
    sin: ['FROM whole', 'COPY main.sh /srv/'],
    clean: ['FROM whole', 'COPY --link main.sh /srv/'],
    files: { 'main.sh': 'echo\n' },
  },
]
