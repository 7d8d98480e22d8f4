import { join } from 'node:path'
import type { Docker } from '../docker/docker.ts'
import type { SecretFormat } from '../inputs/credentials.ts'
import { toEntries, toFields } from '../inputs/entries.ts'
import { readDockerfile, readQuietly, toBakeFiles, toBakeWords } from './dockerfile/find.ts'
import { findSecretMounts, type SecretMount } from './dockerfile/stages.ts'
import type { BuildEvent } from './event.ts'
import { outlineSecrets, type Place } from './outline.ts'
import type { Target } from './target.ts'

/** Something about a build's files that its author should know before it runs. */
export type BuildWarning = {
  readonly message: string
  /** Counted from 1; undefined where the text is in no file of its own. */
  readonly location: { readonly file: string; readonly line: number } | undefined
}

/** Ids of the secrets that a target has of its own. */
const ownIds = ({ bake }: Target): readonly string[] =>
  toEntries(bake.definition['secret']).flatMap((secret) => toFields(secret).get('id') ?? [])

/**
 * What a check of BuildKit's says of the Dockerfile of the target called `name`, with its line; undefined
 * for all that is something else. What it builds upon may be built together with it.
 */
export const toCheckWarning = (event: BuildEvent, name: string) => {
  if (event.kind !== 'warning') return undefined
  const { step, warning } = event
  const isOwn = ['[internal] ', `[${name} internal] `].some((mark) => step.name.startsWith(mark))
  if (!isOwn || warning.line === undefined) return undefined
  return { message: warning.message.replace(/ \(line \d+\)$/, ''), line: warning.line }
}

const tokenFiles: readonly string[] = [
  'gitconfig',
  'git-credentials',
  'netrc',
] satisfies SecretFormat[]

/** A secret that bears the name of a token's format is most often meant to be the token. */
const giving = (id: string): string => {
  if (id === 'github_token')
    return 'For the token, give the step an App (client-id, private-key) or a github-token.'
  if (tokenFiles.includes(id))
    return `For the token, give the step an App (client-id, private-key) or a github-token, and secret-format: ${id}.`
  return 'Name it in secrets, secret-envs or secret-files.'
}

/**
 * Secrets that a build mounts and does not get. BuildKit is asked where there may be any; where it does
 * not answer, what the Dockerfile says for certain counts.
 *
 * @param passed ids of the secrets that the build gets from us
 */
export const findSecretWarnings = async (
  docker: Docker,
  target: Target,
  place: Place,
  passed: readonly string[],
): Promise<readonly BuildWarning[]> => {
  const { definition } = target.bake
  const files = toBakeFiles(definition, place.workspace)
  const file = files.dockerfile
  const { certain, all } = findSecretMounts(readDockerfile(files), toBakeWords(definition))
  const ids = new Set([...passed, ...ownIds(target)])
  const isMissing = ({ id }: SecretMount): boolean => !ids.has(id)
  if (!all.some(isMissing)) return []
  const mounts = (await outlineSecrets(docker, target.bake, place)) ?? certain
  return mounts.filter(isMissing).map(({ id, line }) => ({
    message: `A RUN mounts the secret \`${id}\`, which is not given: that step finds no file there. ${giving(id)}`,
    location: file === undefined ? undefined : { file, line },
  }))
}

/** actions/checkout leaves a token in .git/config unless persist-credentials is false. */
export const findPersisted = async (
  { bake }: Target,
  workspace: string,
): Promise<readonly BuildWarning[]> => {
  const files = toBakeFiles(bake.definition, workspace)
  if (files.folder === undefined) return []
  const file = join(files.folder, '.git', 'config')
  const lines = readQuietly(file)?.split('\n') ?? []
  const at = lines.findIndex((line) => /^\s*extraheader\s*=\s*authorization:/i.test(line))
  if (at < 0) return []
  // Most steps start without that library.
  const { isIgnored } = await import('./ignored.ts')
  if (isIgnored('.git/config', files)) return []
  const message =
    "The build context holds checkout's credentials (.git/config). Set persist-credentials: false on actions/checkout, or put .git into .dockerignore."
  return [{ message, location: { file, line: at + 1 } }]
}
