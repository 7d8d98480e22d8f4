import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { attempt } from '../../failure.ts'
import { readRegularFile } from '../../host/read-file.ts'
import { normalizePlatform } from '../../image/platform.ts'
import { toContextFolder } from '../../inputs/context.ts'
import { toTextMap, toTexts } from '../../inputs/entries.ts'
import type { BakeDefinition } from '../../inputs/inputs.ts'
import { unescapeTemplate } from '../../inputs/template.ts'
import type { BuildWords } from './stages.ts'

/** A Dockerfile's path as BuildKit looks for it: `Dockerfile` may be written in lower case, too. */
const findDockerfile = (path: string): string => {
  const lower = join(dirname(path), 'dockerfile')
  const isLower = basename(path) === 'Dockerfile' && !existsSync(path) && existsSync(lower)
  return isLower ? lower : path
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/**
 * Where the files of a build are, as far as they are on this machine. Bake looks for a target's
 * Dockerfile in its context.
 */
export const toBakeFiles = (definition: BakeDefinition, workspace: string) => {
  const inline = text(definition['dockerfile-inline'])
  const folder = toContextFolder(text(definition['context']) ?? '.', workspace)
  const given = text(definition['dockerfile']) || 'Dockerfile'
  const own = given.startsWith('cwd://') ? given.slice('cwd://'.length) : undefined
  const base = own === undefined ? folder : workspace
  const isUrl = /^https?:\/\//.test(given)
  const isHere = inline === undefined && !isUrl && (base !== undefined || given[0] === '/')
  return {
    /** The context's folder; undefined for one that is elsewhere. */
    folder,
    /** Undefined where it is elsewhere, or written in the Bake file. */
    dockerfile: isHere ? findDockerfile(resolve(base ?? '/', own ?? given)) : undefined,
    /** What is written in the Bake file. */
    inline: inline && unescapeTemplate(inline),
  }
}

export type BuildFiles = Readonly<ReturnType<typeof toBakeFiles>>

/** A file's text; undefined where it cannot be read, which the build itself says better. */
export const readQuietly = (path: string | undefined): string | undefined =>
  path === undefined ? undefined : attempt(() => readRegularFile(path).toString('utf8'))

/** The Dockerfile's text; empty where it is elsewhere. */
export const readDockerfile = ({ dockerfile, inline }: BuildFiles): string =>
  inline ?? readQuietly(dockerfile) ?? ''

/** Linux for this machine's processor, where nobody says what is built for. */
export const usualPlatform = `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`

/** What decides what a Dockerfile means, of a target of Bake's. */
export const toBakeWords = (definition: BakeDefinition): BuildWords => {
  const args = Object.entries(toTextMap(definition['args']))
  const [platform = 'local'] = toTexts(definition['platforms'])
  return {
    args: Object.fromEntries(args.map(([name, value]) => [name, unescapeTemplate(value)])),
    target: text(definition['target']) || undefined,
    contexts: Object.keys(definition['contexts'] ?? {}),
    platform: platform === 'local' ? usualPlatform : normalizePlatform(platform),
  }
}
