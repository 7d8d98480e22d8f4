import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Docker } from '../docker/docker.ts'
import type { BakeTarget } from './definition.ts'
import type { SecretMount } from './dockerfile/stages.ts'

/** Where a build's files are, and where those go that it is asked by. */
export type Place = { readonly workspace: string; readonly tempDir: string }

/** It takes a quarter of a second, but it may ask registries. */
const deadlineMs = 10_000

/** Nothing is written; whether the files may be read was checked when they were found. */
const env = { BUILDX_BAKE_FILE_RELATIVE_PATHS: '0', BUILDX_BAKE_ENTITLEMENTS_FS: '0' }

/** The words of a target that decide what its Dockerfile means; nothing of what it would write. */
const outlined = ['context', 'dockerfile', 'dockerfile-inline', 'target', 'args'] as const

/** In place of other targets, which an outline cannot have: their secrets are told of themselves. */
const withoutTargets = (contexts: unknown, emptyFolder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(contexts ?? {}).map(([name, context]) => [
      name,
      String(context).startsWith('target:') ? emptyFolder : String(context),
    ]),
  )

const toArgs = ({ name, definition }: BakeTarget, { tempDir }: Place): readonly string[] => {
  const emptyFolder = join(tempDir, 'empty')
  mkdirSync(emptyFolder, { recursive: true })
  const words = outlined.flatMap((word) => (word in definition ? [[word, definition[word]]] : []))
  const contexts = withoutTargets(definition['contexts'], emptyFolder)
  const target = { [name]: { ...Object.fromEntries(words), contexts } }
  const file = join(tempDir, `outline-${name}.json`)
  writeFileSync(file, JSON.stringify({ target }), { mode: 0o600 })
  return ['buildx', 'bake', '--call=outline,format=json', `--file=${file}`, '--', name]
}

type Range = { readonly start: { readonly line: number } }
type Mounted = { readonly name: string; readonly location?: { readonly ranges?: readonly Range[] } }
type Outline = { readonly secrets?: readonly Mounted[] }

const toMounts = ({ secrets = [] }: Outline): readonly SecretMount[] =>
  secrets.map(({ name, location }) => ({ id: name, line: location?.ranges?.[0]?.start.line ?? 1 }))

/**
 * Asks BuildKit which secrets a build mounts, of the stages that it needs alone and with all variables
 * put in. Its bases have to be there.
 *
 * @returns undefined where nobody answers: buildx before 0.16, or a base is missing
 */
export const outlineSecrets = async (
  docker: Docker,
  target: BakeTarget,
  place: Place,
): Promise<readonly SecretMount[] | undefined> => {
  try {
    const options = { cwd: place.workspace, env, timeoutMs: deadlineMs }
    const { code, stdout } = await docker.try(toArgs(target, place), options)
    return code === 0 ? toMounts(JSON.parse(stdout).target[target.name].outline) : undefined
  } catch {
    return undefined
  }
}
