import { posix } from 'node:path'
import { attempt } from '../../failure.ts'
import type { Recipe } from '../../image/background.ts'
import type { LayerOrigin } from '../../image/layer-origin.ts'
import { isFromContext } from './subject.ts'

/** A line that copies from the build's context. */
type Copy = { readonly sources: readonly string[]; readonly destination: string }

const isText = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string')

/** What stands for something else is not followed. */
const isPlain = (word: string): boolean => /^[\w.@+/-]+$/.test(word)

/** `ADD` unpacks them: what is in them has no path of its own in the context. */
const archive = /\.(?:tar(?:\.\w+)?|t(?:gz|bz2?|xz|zst))$/i

const parseCopy = ({ instruction = '' }: LayerOrigin): Copy | undefined => {
  // It keeps folders of the sources, as many as a `/./` in them leaves.
  if (/^\S+\s+(?:--\S+\s+)*--parents\b/i.test(instruction)) return undefined
  const rest = instruction
    .replace(/ # buildkit$/, '')
    .replace(/^\S+\s+/, '')
    .replace(/^(?:--\S+\s+)*/, '')
  const list = rest.startsWith('[') ? attempt((): unknown => JSON.parse(rest)) : undefined
  const words = isText(list) ? list : rest.split(/\s+/)
  const [destination = ''] = words.slice(-1)
  const sources = words.slice(0, -1)
  if (sources.length === 0 || !words.every(isPlain)) return undefined
  if (/^ADD\b/i.test(instruction) && sources.some((source) => archive.test(source)))
    return undefined
  return { sources, destination }
}

/** The last `WORKDIR` before a line, in its stage; undefined where only the base knows it. */
const findFolder = (text: string, line: number): string | undefined => {
  let folder: string | undefined
  for (const each of text.split('\n').slice(0, line)) {
    if (/^\s*FROM\s/i.test(each)) folder = undefined
    const [, given] = /^\s*WORKDIR\s+(\S+)\s*$/i.exec(each) ?? []
    if (given === undefined) continue
    if (!isPlain(given)) folder = undefined
    else if (given.startsWith('/')) folder = given
    else folder = folder && posix.join(folder, given)
  }
  return folder
}

const tidy = (path: string): string => posix.normalize(`/${path}`).replace(/^\/|\/$/g, '')

/** @returns undefined for a destination that only the base's own folder would tell */
const toDestination = (
  { destination }: Copy,
  { location }: LayerOrigin,
  recipe: Recipe | undefined,
): string | undefined => {
  if (destination.startsWith('/')) return tidy(destination)
  const folder = location && recipe && findFolder(recipe.text, location.line)
  return folder && tidy(posix.join(folder, destination))
}

const isBelow = (path: string, folder: string): boolean =>
  folder === '' || path.startsWith(`${folder}/`)

/**
 * The path in the build's context that a file of the image was copied from.
 *
 * @param path in the image
 * @returns undefined where that cannot be told from the line
 */
export const findCopied = (
  path: string,
  origin: LayerOrigin,
  recipe: Recipe | undefined,
): string | undefined => {
  const copy = isFromContext(origin) ? parseCopy(origin) : undefined
  const into = copy && toDestination(copy, origin, recipe)
  if (copy === undefined || into === undefined) return undefined
  const sources = copy.sources.map(tidy)
  const [only = ''] = sources
  if (path === into) return sources.length === 1 ? only : undefined
  if (!isBelow(path, into)) return undefined
  const inner = into === '' ? path : path.slice(into.length + 1)
  const file = sources.find((source) => source !== '' && posix.basename(source) === inner)
  if (file !== undefined) return file
  return sources.length === 1 ? posix.join(only, inner) : undefined
}
