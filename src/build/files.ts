import { join, resolve } from 'node:path'
import { toContextFolder } from '../inputs/context-folder.ts'
import { type BuildFiles, findDockerfile, isUrl, toBakeFiles } from './dockerfile/find.ts'
import type { BuildWords } from './dockerfile/stages.ts'
import type { Target } from './target.ts'
import { toBakeWords, usualPlatform } from './words.ts'

/** Of any build. */
export const toBuildFiles = (source: Target['source'], workspace: string): BuildFiles => {
  if (source.kind === 'bake') return toBakeFiles(source.targets[0]?.definition ?? {}, workspace)
  const { context, file } = source.build
  const folder = toContextFolder(context, workspace)
  const path = file ?? (folder === undefined ? undefined : join(folder, 'Dockerfile'))
  const isHere = path !== undefined && !isUrl(path) && (folder !== undefined || path[0] === '/')
  return {
    folder,
    dockerfile: isHere ? findDockerfile(resolve(workspace, path)) : undefined,
    inline: undefined,
  }
}

/** What a Dockerfile is given, of any build. */
export const toBuildWords = (source: Target['source']): BuildWords => {
  if (source.kind === 'bake') return toBakeWords(source.targets[0]?.definition ?? {})
  const { buildArgs, buildContexts, target } = source.build
  const split = (line: string): readonly [string, string] => {
    const at = line.indexOf('=')
    return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)]
  }
  return {
    args: Object.fromEntries(buildArgs.map(split)),
    target,
    contexts: buildContexts.map((line) => split(line)[0]),
    platform: usualPlatform,
  }
}
