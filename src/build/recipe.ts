import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { attempt } from '../failure.ts'
import { findOutside, toRealPaths } from '../host/real-path.ts'
import { type Recipe, requirementFile } from '../image/background.ts'
import { readContextOrigin } from './context-origin.ts'
import {
  type BuildFiles,
  readDockerfile,
  readQuietly,
  toBakeFiles,
  toBakeWords,
} from './dockerfile/find.ts'
import { readOrder } from './dockerfile/order.ts'
import { findContextSources } from './dockerfile/sources.ts'
import { type BuildWords, findRoot } from './dockerfile/stages.ts'
import type { Target } from './target.ts'

/** In a folder of that name all are. */
const requirementFolder = /(?:^|\/)requirements$/

const mostFiles = 50
const mostNames = 10_000

const namesIn = (folder: string): readonly string[] =>
  (attempt(() => readdirSync(folder)) ?? []).slice(0, mostNames)

/** Paths of a context that the Dockerfile takes and that say what is to be installed. */
const findRequirements = (text: string, words: BuildWords, folder: string): readonly string[] =>
  (findContextSources(text, words) ?? [{ path: '.' }]).flatMap(({ path }) => {
    const name = path.split('/').at(-1) ?? ''
    if (requirementFile.test(name)) return [path]
    const isAll = requirementFolder.test(path)
    return namesIn(join(folder, path))
      .filter((each) => (isAll ? /\.(?:txt|in)$/ : requirementFile).test(each))
      .map((each) => join(path, each))
  })

const readRequirements = (
  text: string,
  words: BuildWords,
  { folder }: BuildFiles,
): readonly string[] => {
  if (folder === undefined) return []
  const [real = folder] = toRealPaths('.', folder)
  return [...new Set(findRequirements(text, words, folder))]
    .filter((path) => findOutside(path, folder, [real]) === undefined)
    .slice(0, mostFiles)
    .flatMap((path) => readQuietly(join(folder, path)) ?? [])
}

/** What the Dockerfile of a target says; undefined where it is not on this machine. */
export const readRecipe = ({ bake }: Target, workspace: string): Recipe | undefined => {
  const files = toBakeFiles(bake.definition, workspace)
  const words = toBakeWords(bake.definition)
  const text = readDockerfile(files)
  if (text === '') return undefined
  const { stages, root } = findRoot(text, words)
  const file = files.dockerfile && relative(workspace, files.dockerfile)
  const base = root && {
    image: root.image,
    location: file === undefined ? undefined : { file, line: root.line },
  }
  const requirements = readRequirements(text, words, files)
  const origin = readContextOrigin(files, workspace)
  return { text, requirements, origin, stages, order: readOrder(text), base }
}
