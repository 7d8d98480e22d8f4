/** What the real npm leaves. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Case } from './case.ts'
import { writeTree } from './write-tree.ts'

const execute = promisify(execFile)

const quiet = ['--offline', '--no-audit', '--no-fund', '--ignore-scripts']

const npm = (cwd: string, ...args: readonly string[]) =>
  execute('npm', [...args, `--cache=${cwd}/cache`, ...quiet], { cwd })

/** A package of so many random bytes, packed. */
const pack = async (folder: string, name: string, bytes: number): Promise<void> => {
  const about = { name, version: '1.0.0' }
  await writeTree(join(folder, name), {
    'package.json': JSON.stringify(about),
    'index.js': randomBytes(bytes),
  })
  await npm(folder, 'pack', `./${name}`)
}

const writeApp = (folder: string): Promise<void> =>
  writeTree(join(folder, 'app'), {
    'package.json': JSON.stringify({ name: 'app', version: '1.0.0' }),
  })

const installBoth = async (folder: string): Promise<void> => {
  await Promise.all([
    pack(folder, 'for-tests', 1_500_000),
    pack(folder, 'for-all', 1_200_000),
    writeApp(folder),
  ])
  const app = join(folder, 'app')
  await npm(app, 'install', '--save-dev', '../for-tests-1.0.0.tgz')
  await npm(app, 'install', '../for-all-1.0.0.tgz')
  await cp(join(app, 'node_modules'), join(folder, 'pruned/node_modules'), { recursive: true })
  await cp(join(app, 'package.json'), join(folder, 'pruned/package.json'))
  await npm(join(folder, 'pruned'), 'prune', '--omit=dev')
}

const installOne = async (folder: string): Promise<void> => {
  await Promise.all([pack(folder, 'for-all', 10_400_000), writeApp(folder)])
  const app = join(folder, 'app')
  await npm(app, 'install', '../for-all-1.0.0.tgz')
  await mkdir(join(folder, 'root/.npm'), { recursive: true })
  await cp(join(app, 'cache'), join(folder, 'root/.npm'), { recursive: true })
}

export const nodeCases: readonly Case[] = [
  {
    name: 'node-dev-packages',
    line: 4,
    sin: [
      'FROM tiny AS build',
      'COPY app /app',
      'FROM tiny',
      'COPY --from=build /app/node_modules /app/node_modules',
    ],
    clean: [
      'FROM tiny AS build',
      'COPY pruned /app',
      'FROM tiny',
      'COPY --from=build /app/node_modules /app/node_modules',
    ],
    saves: true,
    prepare: installBoth,
  },
  {
    name: 'cache-npm',
    line: 3,
    sin: [
      'FROM tiny',
      'RUN mkdir /app',
      'RUN --mount=type=bind,source=.,target=/made cp -r /made/app/node_modules /app && cp -r /made/root /',
    ],
    clean: [
      'FROM tiny',
      'RUN mkdir /app',
      'RUN --mount=type=bind,source=.,target=/made --mount=type=cache,id=slipway-rules-npm,target=/root/.npm cp -r /made/app/node_modules /app && cp -r /made/root /',
    ],
    saves: true,
    prepare: installOne,
  },
  {
    name: 'node-modules-copied',
    line: 3,
    sin: ['FROM tiny', 'WORKDIR /app', 'COPY app .'],
    clean: [
      'FROM tiny AS build',
      'COPY app /app',
      'FROM tiny',
      'COPY --from=build /app/node_modules /app/node_modules',
    ],
    prepare: installOne,
  },
]
