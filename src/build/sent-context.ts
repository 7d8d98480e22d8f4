import { relative } from 'node:path'
import type { NeedlessPart, SentContext } from '../image/background.ts'
import { findFolderAbove } from '../image/contents/path.ts'
import { type BuildFiles, readDockerfile, toBakeFiles, toBakeWords } from './dockerfile/find.ts'
import { type ContextSource, findContextSources } from './dockerfile/sources.ts'
import { createIgnore, readIgnoreFile } from './ignored.ts'
import { depthOf, isOnTheWay, isSimple, longestMatched, takes } from './taken.ts'
import type { Target } from './target.ts'
import {
  largeContextBytes,
  type WalkedContext,
  type WalkedFile,
  walkContext,
} from './walk-context.ts'

const leastBytes = 1_000_000
const mostParts = 6
const longestPath = 80

/** Longer than this it is no advice beside a load. */
const longestMs = 5_000

/** Names of folders that tools make, and make again in the image where it needs them. */
const madeByTools =
  /^(?:__pycache__|\.(?:pytest|mypy|ruff|parcel)_?-?cache|\.cache|\.tox|\.nox|\.gradle|\.terraform|\.turbo|\.hypothesis|\.ipynb_checkpoints|\.nyc_output)$/

const installs = /\b(?:npm|yarn|pnpm|bun|corepack)\b/
const installsPython = /\b(?:pip[\d.]*|uv|poetry|pdm|pipenv|conda|mamba)\b/

/** What leaves such a folder out, wherever it is, and where it is; undefined for a folder that may be needed. */
const toPatterns = (
  path: string,
  inside: ReadonlySet<string>,
  dockerfile: string,
): readonly string[] | undefined => {
  const name = path.split('/').at(-1) ?? ''
  if (name === '.git' && inside.has('HEAD')) return [path]
  if (name === 'node_modules') return installs.test(dockerfile) ? [`**/${name}`, path] : undefined
  if (inside.has('pyvenv.cfg')) return installsPython.test(dockerfile) ? [path] : undefined
  if (madeByTools.test(name)) return [`**/${name}`, path]
  return inside.has('CACHEDIR.TAG') ? [path] : undefined
}

/** Such a path means itself in an ignore file. */
const isPlain = (path: string): boolean =>
  path.length <= longestPath && /^[\w.@+-]+(?:[ /][\w.@+-]+)*$/.test(path)

const isIn = (path: string, folder: string): boolean =>
  folder === '.' || path === folder || path.startsWith(`${folder}/`)

/** Whether a source means a folder, or something in it, and not only a folder around it. */
const means = (source: ContextSource, folder: string): boolean =>
  depthOf(source) >= folder.split('/').length && isOnTheWay(source, folder)

const topmost = (path: string, folders: ReadonlySet<string>): string | undefined =>
  findFolderAbove(path, (folder) => folders.has(folder))

const sum = (files: readonly WalkedFile[]): number =>
  files.reduce((bytes, file) => bytes + file.bytes, 0)

type Part = { readonly path: string; readonly files: readonly WalkedFile[] }

/** A pattern that leaves out these folders, and nothing else that would be sent. */
const findPattern = (
  { path }: Part,
  choices: readonly string[],
  ignoreText: string,
  files: readonly WalkedFile[],
  needless: ReadonlySet<string>,
  sources: readonly ContextSource[],
  isLate: () => boolean,
): string | undefined =>
  choices.find((pattern) => {
    const isOut = createIgnore(`${ignoreText}\n${pattern}\n`)
    const isWrong = (file: WalkedFile): boolean => {
      // What was not tried to its end is not said.
      if (isLate()) return true
      const isPart = isIn(file.path, path)
      const isOther = topmost(file.path, needless) !== undefined
      return isPart ? !isOut(file.path) : !isOther && isOut(file.path)
    }
    const loses = sources.some(({ path: source }) => source !== '.' && isOut(source))
    return !loses && !files.some(isWrong)
  })

const findNeedless = (
  { files, folders }: WalkedContext,
  sources: readonly ContextSource[],
  ignoreText: string,
  dockerfile: string,
  isLate: () => boolean,
): readonly NeedlessPart[] => {
  const patterns = new Map(
    [...folders].flatMap(([path, inside]) => {
      const found = path === '' || !isPlain(path) ? undefined : toPatterns(path, inside, dockerfile)
      const isNamed = sources.some((source) => means(source, path))
      return found === undefined || isNamed ? [] : [[path, found] as const]
    }),
  )
  const needless = new Set(patterns.keys())
  const groups = Map.groupBy(files, ({ path }) => topmost(path, needless))
  const parts = [...groups].flatMap(([path, inside]) =>
    path === undefined ? [] : [{ path, files: inside }],
  )
  const large = parts
    .filter((part) => sum(part.files) >= leastBytes)
    .toSorted((a, b) => sum(b.files) - sum(a.files))
    .slice(0, mostParts)
  return large.flatMap((part) => {
    const choices = patterns.get(part.path) ?? []
    const pattern = findPattern(part, choices, ignoreText, files, needless, sources, isLate)
    return pattern === undefined ? [] : [{ path: part.path, bytes: sum(part.files), pattern }]
  })
}

/** Two folders deep, which says where to look. */
const findLargest = (files: readonly WalkedFile[]): SentContext['largest'] => {
  const groups = Map.groupBy(files, ({ path }) => path.split('/').slice(0, 2).join('/'))
  return [...groups]
    .map(([path, inside]) => ({ path, bytes: sum(inside) }))
    .toSorted((a, b) => b.bytes - a.bytes)
    .filter(({ bytes }) => bytes >= leastBytes)
    .slice(0, mostParts)
}

const toLocation = (
  sources: readonly ContextSource[],
  { dockerfile }: BuildFiles,
  workspace: string,
): SentContext['location'] => {
  // The one that takes most.
  const [first] = sources.toSorted((a, b) => a.path.length - b.path.length)
  if (first === undefined || dockerfile === undefined) return undefined
  return { file: relative(workspace, dockerfile), line: first.line }
}

/**
 * What a large build context was sent for. BuildKit asks only for what the Dockerfile names, so that folders
 * beside that cost nothing.
 *
 * @returns undefined for a small one, and for one that is elsewhere
 */
export const describeContext = async (
  { bake }: Target,
  workspace: string,
  sentBytes: number,
): Promise<SentContext | undefined> => {
  const files = toBakeFiles(bake.definition, workspace)
  if (sentBytes < largeContextBytes || files.folder === undefined) return undefined
  const dockerfile = readDockerfile(files)
  const sources = findContextSources(dockerfile, toBakeWords(bake.definition))
  const { text, path } = readIgnoreFile(files)
  const ignoreFile = relative(workspace, path)
  const plain = { sentBytes, location: undefined, needless: [], largest: [], ignoreFile }
  if (sources === undefined || !isSimple(text)) return plain
  const endMs = performance.now() + longestMs
  const isLate = (): boolean => performance.now() > endMs
  const isOut = createIgnore(text)
  // What a later line takes in again may be in a folder that is left out.
  const mayReturn = /^\s*!/m.test(text)
  const isNotSent = (path: string, isFolder: boolean): boolean => {
    if (path.length > longestMatched) return true
    return isFolder
      ? !sources.some((source) => isOnTheWay(source, path)) || (!mayReturn && isOut(path))
      : !sources.some((source) => takes(source, path)) || isOut(path)
  }
  const walked = await walkContext(files.folder, isNotSent, isLate)
  const location = toLocation(sources, files, workspace)
  if (walked === undefined) return { ...plain, location }
  return {
    ...plain,
    location,
    needless: findNeedless(walked, sources, text, dockerfile, isLate),
    largest: findLargest(walked.files),
  }
}
