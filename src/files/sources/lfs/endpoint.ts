import { closeSync, fstatSync } from 'node:fs'
import { join } from 'node:path'
import { attempt, Failure } from '../../../failure.ts'
import type { Env } from '../../../host/command.ts'
import { isLoopback } from '../../../host/http.ts'
import { toLine } from '../../../text/to-line.ts'
import { askGit } from '../git.ts'
import { openFileWithin } from './open-within.ts'

export type Checkout = {
  /** Real path of the repository's folder. */
  readonly root: string
  /** Whether `root` has a `.git`, or is what GitHub packs where a machine has no git. */
  readonly hasGit: boolean
  /** As GITHUB_SERVER_URL. */
  readonly serverUrl: string
  /** As GITHUB_REPOSITORY. */
  readonly repository: string | undefined
  /** What git inherits. */
  readonly env: Env
  readonly signal: AbortSignal
}

const remedy =
  'Run `git lfs pull` before this step, with a login of its own: files that are there are taken as they are.'

/** The last value of each key, of what `git config --null` prints. */
const parseConfig = (text: string | undefined): ReadonlyMap<string, string> =>
  new Map(
    (text ?? '').split('\0').flatMap((entry) => {
      const end = entry.indexOf('\n')
      return end < 0 ? [] : [[entry.slice(0, end), entry.slice(end + 1)] as const]
    }),
  )

const keys = '^(lfs\\.url|remote\\.origin\\.lfsurl)$'

const largestConfig = 100_000

/** Git is handed the file, so that nobody can change which one it is, and follows no `include` of it. */
const readLfsConfig = async (checkout: Checkout): Promise<ReadonlyMap<string, string>> => {
  const fd = attempt(() => openFileWithin(checkout.root, '.lfsconfig'))
  if (fd === undefined) return new Map()
  try {
    if (fstatSync(fd).size > largestConfig)
      throw new Failure(`.lfsconfig has more than ${largestConfig} bytes`)
    const args = ['config', '--file', '-', '--no-includes', '--null', '--list']
    const text = await askGit(checkout, args, { fd })
    if (text !== undefined) return parseConfig(text)
    throw new Failure('Git cannot read .lfsconfig', {
      location: { file: '.lfsconfig', line: 1 },
      remedy: '`git config --file .lfsconfig --list` says why.',
    })
  } finally {
    closeSync(fd)
  }
}

const repositoryPath = /^\/([\w.-]{1,100})\/([\w.-]{1,100}?)(?:\.git)?\/?$/

const toBase = (server: URL, path: string): URL | undefined => {
  const [, owner, name] = repositoryPath.exec(path) ?? []
  return owner === undefined || name === undefined || /^\.*$/.test(owner) || /^\.*$/.test(name)
    ? undefined
    : new URL(`/${owner}/${name}.git/info/lfs`, server)
}

/** `git@HOST:PATH`, which is no URL. */
const toUrl = (remote: string): URL | null => {
  const [, host, path] = /^(?:[\w.-]{1,100}@)?([\w.-]{1,255}):(?!\/\/)\/?(.*)$/s.exec(remote) ?? []
  return URL.parse(host === undefined ? remote : `ssh://${host}/${path}`)
}

/**
 * Where the files of a remote are asked for, when that is the job's own server.
 *
 * @param remote as git says it
 * @throws {Failure} for others, as the token is for that server alone
 */
export const toEndpoint = (remote: string, server: URL): URL => {
  const url = toUrl(remote)
  const isSsh = url?.protocol === 'ssh:'
  const isThere = isSsh ? url.hostname === server.hostname : url?.origin === server.origin
  const base = url !== null && isThere ? toBase(server, url.pathname) : undefined
  if (base !== undefined) return base
  const where =
    url === null ? 'no address that Slipway reads' : toLine(`${url.protocol}//${url.host}`, 200)
  throw new Failure(
    isThere
      ? `The checkout's remote origin is at ${where}, under no name of a repository`
      : `The checkout's remote origin is at ${where}, and Slipway has a token for ${server.host} alone`,
    { remedy },
  )
}

/** @throws {Failure} for another server than the job's own */
export const toConfigured = (value: string, key: string, file: string, server: URL): URL => {
  const url = URL.parse(value)
  const isPlain =
    url?.username === '' && url.password === '' && url.search === '' && url.hash === ''
  if (isPlain && url.origin === server.origin) return new URL(url.href.replace(/\/+$/, ''))
  const where = url === null ? toLine(value, 100) : toLine(`${url.protocol}//${url.host}`, 200)
  throw new Failure(
    url?.origin === server.origin
      ? `${key} in ${file} has a login or a query in it, which Slipway does not send`
      : `${key} in ${file} names ${where}, and Slipway sends GitHub's token to ${server.host} alone`,
    { remedy, ...(file === '.lfsconfig' && { location: { file, line: 1 } }) },
  )
}

const ofJob = ({ repository }: Checkout, server: URL): URL => {
  const base = toBase(server, `/${repository ?? ''}`)
  if (base !== undefined) return base
  throw new Failure('It is not known which repository the files are of', {
    remedy: 'Check it out with `actions/checkout`, or set GITHUB_REPOSITORY to OWNER/NAME.',
  })
}

/**
 * Where the server of Git LFS is, found as git-lfs does: git's configuration, `.lfsconfig`, then the remote.
 *
 * @returns an address of the job's own server, to which `/objects/batch` is added
 * @throws {Failure} where it would be another server
 */
export const findEndpoint = async (checkout: Checkout): Promise<URL> => {
  const server = URL.parse(checkout.serverUrl)
  const isSafe = server?.protocol === 'https:' || (server !== null && isLoopback(server))
  if (server === null || !isSafe)
    throw new Failure(`GITHUB_SERVER_URL is ${toLine(checkout.serverUrl, 100)}, which is no https`)
  // Told where it is, git need not look for it, and does not mind whose it is.
  const gitDir = `--git-dir=${join(checkout.root, '.git')}`
  const ask = (...args: readonly string[]) =>
    checkout.hasGit ? askGit(checkout, [gitDir, ...args]) : undefined
  const [local, shared, remote] = await Promise.all([
    ask('config', '--local', '--no-includes', '--null', '--get-regexp', keys),
    readLfsConfig(checkout),
    ask('remote', 'get-url', 'origin'),
  ])
  const own = parseConfig(local)
  for (const key of ['lfs.url', 'remote.origin.lfsurl']) {
    for (const [file, config] of [['.git/config', own] as const, ['.lfsconfig', shared] as const]) {
      const value = config.get(key)
      if (value !== undefined) return toConfigured(value, key, file, server)
    }
  }
  return remote === undefined ? ofJob(checkout, server) : toEndpoint(remote.trim(), server)
}
