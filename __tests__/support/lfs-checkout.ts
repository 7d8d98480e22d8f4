import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { findLfsSource, type LfsOrder } from '../../src/files/sources/lfs/lfs-source.ts'
import type { FetchOrder, RemoteSource } from '../../src/files/sources/source.ts'
import { Secret } from '../../src/secret.ts'
import { gitEnvironment } from './github/repositories.ts'

export const sha256 = (content: string | Buffer): string =>
  createHash('sha256').update(content).digest('hex')

/** Content that no other test has. */
export const makeContent = (bytes: number): Buffer => randomBytes(bytes)

export const toPointer = (oid: string, size: number): string =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${size}\n`

/** Checkouts in a folder of their own, and folders that files are fetched into. */
export const startCheckouts = () => {
  const folder = mkdtempSync(join(tmpdir(), 'lfs-source-'))
  let count = 0
  const next = (): string => {
    count += 1
    return join(folder, `${count}`)
  }
  return {
    next,
    /** @param remote undefined for what has no git */
    checkOut: (files: Readonly<Record<string, string | Buffer>>, remote?: string): string => {
      const root = next()
      mkdirSync(root)
      const env = gitEnvironment()
      if (remote !== undefined) {
        execFileSync('git', ['init', '--quiet', root], { env })
        execFileSync('git', ['-C', root, 'remote', 'add', 'origin', remote], { env })
      }
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true })
        writeFileSync(join(root, path), content)
      }
      return root
    },
    stop: () => rmSync(folder, { recursive: true }),
  }
}

export const find = (
  workspace: string,
  serverUrl: string,
  token: string | undefined,
  more: Partial<LfsOrder> = {},
): Promise<RemoteSource> =>
  findLfsSource({
    workspace,
    path: '.',
    serverUrl,
    repository: undefined,
    token: async () => (token === undefined ? undefined : new Secret(token)),
    env: { PATH: process.env['PATH'] ?? '' },
    signal: new AbortController().signal,
    patience: { silenceMs: 20_000, pauseMs: 20 },
    ...more,
  })

/** What is in a folder, by name. */
export const fetchInto = async (
  folder: string,
  source: RemoteSource,
  more: Partial<FetchOrder> = {},
) => {
  mkdirSync(folder, { mode: 0o700, recursive: true })
  const { signal } = new AbortController()
  const order = { folder, has: new Set<string>(), progress: () => {}, signal, ...more }
  const tree = await source.fetch(order)
  return { tree, names: readdirSync(folder).toSorted() }
}
