import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readRegularFile } from '../host/read-file.ts'
import type { BakeTarget } from './definition.ts'
import type { Target } from './target.ts'

/** Something about a build's files that its author should know before it runs. */
export type BuildWarning = {
  readonly message: string
  readonly file: string
  /** Counted from 1. */
  readonly line: number
}

type SecretMount = { readonly id: string; readonly line: number }

/** One `--mount=type=secret,...` in its text, without the quotes that a shell would take away. */
const toSecretId = (options: string): string | undefined => {
  const entries = options.split(',').map((entry) => entry.split('=', 2))
  const option = (...names: readonly string[]): string | undefined =>
    entries.find(([name = '']) => names.includes(name))?.[1]?.replaceAll('"', '')
  if (option('type') !== 'secret') return undefined
  const target = option('target', 'dst', 'destination')
  return option('id') ?? target?.split('/').at(-1)
}

/** The secrets that a Dockerfile's RUN steps mount. Ids with build arguments in them are left out. */
export const findSecretMounts = (dockerfile: string): readonly SecretMount[] =>
  dockerfile.split('\n').flatMap((text, index) => {
    if (/^\s*#/.test(text)) return []
    return [...text.matchAll(/--mount=(\S+)/g)].flatMap(([, options = '']) => {
      const id = toSecretId(options)
      return id === undefined || id.includes('$') ? [] : [{ id, line: index + 1 }]
    })
  })

const readQuietly = (path: string): string | undefined => {
  try {
    return readRegularFile(path).toString('utf8')
  } catch {
    // The build itself says what is wrong with it.
    return undefined
  }
}

const findUnpassed = (dockerfile: string, passed: readonly string[]): readonly BuildWarning[] =>
  findSecretMounts(readQuietly(dockerfile) ?? '')
    .filter(({ id }) => !passed.includes(id))
    .map(({ id, line }) => ({
      message: `A RUN mounts the secret \`${id}\`, which is not given: that step finds no file there.`,
      file: dockerfile,
      line,
    }))

/** True when the context leaves `.git` out, as far as the usual ways to write that go. */
const leavesGitOut = (context: string, dockerfile: string): boolean => {
  const own = `${dockerfile}.dockerignore`
  const ignore = readQuietly(existsSync(own) ? own : join(context, '.dockerignore')) ?? ''
  return ignore
    .split('\n')
    .some((line) => /^\/?(\*\*\/)?(\.git|\*|\.\*)\/?(\*\*)?$/.test(line.trim()))
}

/** actions/checkout leaves a token in .git/config unless persist-credentials is false. */
const findPersisted = (context: string, dockerfile: string): readonly BuildWarning[] => {
  const file = join(context, '.git', 'config')
  const lines = readQuietly(file)?.split('\n') ?? []
  const at = lines.findIndex((line) => /^\s*extraheader\s*=\s*authorization:/i.test(line))
  if (at < 0 || leavesGitOut(context, dockerfile)) return []
  const message =
    "The build context holds checkout's credentials (.git/config). Set persist-credentials: false on actions/checkout, or put .git into .dockerignore."
  return [{ message, file, line: at + 1 }]
}

type Place = { readonly folder: string; readonly dockerfile: string }

/** Where the files of a build are; nowhere for a context that is not a folder of this machine. */
const placesOf = (source: Target['source'], workspace: string): readonly Place[] => {
  const own = source.kind === 'own' ? source.build : toWords(source.targets[0])
  if (
    own === undefined ||
    /^(https?|git|ssh|target|docker-image|oci-layout):|^git@/.test(own.context)
  )
    return []
  const folder = resolve(workspace, own.context)
  const base = source.kind === 'own' ? workspace : folder
  const dockerfile = own.file === undefined ? join(folder, 'Dockerfile') : resolve(base, own.file)
  return [{ folder, dockerfile }]
}

const toWords = (target: BakeTarget | undefined) => {
  const { context = '.', dockerfile } = target?.definition ?? {}
  if (typeof context !== 'string') return undefined
  return { context, file: typeof dockerfile === 'string' ? dockerfile : undefined }
}

/** Ids of the secrets that a target of Bake's has of its own. */
const ownIds = (source: Target['source']): readonly string[] => {
  const secrets = source.kind === 'own' ? [] : source.targets[0]?.definition['secret']
  return (Array.isArray(secrets) ? secrets : []).flatMap((secret: unknown) => {
    if (typeof secret === 'string') return /(?:^|,)id=([^,]+)/.exec(secret)?.[1] ?? []
    const { id } = (secret ?? {}) as { readonly id?: unknown }
    return typeof id === 'string' ? [id] : []
  })
}

/**
 * Looks at a local context before it is built.
 *
 * @param passed ids of the secrets that the build gets from us
 */
export const findBuildWarnings = (
  source: Target['source'],
  workspace: string,
  passed: readonly string[],
): readonly BuildWarning[] =>
  placesOf(source, workspace).flatMap(({ folder, dockerfile }) => [
    ...findUnpassed(dockerfile, [...passed, ...ownIds(source)]),
    ...findPersisted(folder, dockerfile),
  ])
