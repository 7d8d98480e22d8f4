/** What the real dpkg and apt leave. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Case, Files } from './case.ts'
import { writeTree } from './write-tree.ts'

const execute = promisify(execFile)

/** Builds a package of such files, which says how large it is, and a repository of it. */
const makePackage =
  (name: string, files: Files) =>
  async (folder: string): Promise<void> => {
    const bytes = Object.values(files).reduce((sum: number, size) => sum + Number(size), 0)
    const about = [
      ...[`Package: ${name}`, 'Version: 1', 'Architecture: all', 'Maintainer: a <a@b.example>'],
      ...[`Installed-Size: ${Math.round(bytes / 1024)}`, 'Description: a package', ''],
    ].join('\n')
    const tree = join(folder, 'tree')
    await writeTree(tree, { ...files, 'DEBIAN/control': about })
    const archive = join(folder, 'repo/it.deb')
    await writeTree(join(folder, 'repo'), { 'sources.list': 'deb [trusted=yes] copy:/repo ./\n' })
    await execute('dpkg-deb', ['--root-owner-group', '-Znone', '--build', tree, archive])
    const content = await readFile(archive)
    const index = [
      ...[`Filename: ./it.deb`, `Size: ${content.length}`],
      `SHA256: ${createHash('sha256').update(content).digest('hex')}`,
    ].join('\n')
    await writeTree(join(folder, 'repo'), { Packages: `${about}${index}\n` })
  }

const inRepo = (command: string): string =>
  `RUN --mount=type=bind,source=repo,target=/repo ${command}`

const apt = 'apt-get -qq -o Dir::Etc::SourceList=/repo/sources.list -o Dir::Etc::SourceParts=-'

const headers = makePackage('libx-dev', { 'usr/include/x.h': 11_264_000 })

const install = inRepo('dpkg --install /repo/it.deb')

/** Of which dpkg's own lists keep as much. */
const installAndPurge = inRepo('dpkg --install /repo/it.deb && dpkg --purge libx-dev')

export const debianCases: readonly Case[] = [
  {
    name: 'cache-apt',
    line: 2,
    sin: ['FROM whole', inRepo(`${apt} update && ${apt} install --yes tool`)],
    clean: [
      'FROM whole',
      inRepo(
        `${apt} update && ${apt} install --yes tool && apt-get clean && rm -rf /var/lib/apt/lists/*`,
      ),
    ],
    saves: true,
    prepare: makePackage('tool', { 'usr/bin/tool': 2_000_000 }),
  },
  {
    name: 'single-stage',
    line: 2,
    sin: ['FROM whole', install],
    clean: ['FROM whole', installAndPurge],
    saves: true,
    prepare: headers,
  },
  {
    name: 'build-tools',
    line: 5,
    sin: [
      'FROM whole AS build',
      'RUN touch /program',
      'FROM whole',
      'COPY --from=build /program /program',
      install,
    ],
    clean: [
      'FROM whole AS build',
      install,
      'RUN touch /program',
      'FROM whole',
      'COPY --from=build /program /program',
      installAndPurge,
    ],
    saves: true,
    prepare: headers,
  },
]
