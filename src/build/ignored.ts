import dockerignore from '@balena/dockerignore'
import { attempt } from '../failure.ts'
import { type BuildFiles, readQuietly } from './dockerfile/find.ts'

/** The text of a context's ignore file, and its path; one beside the Dockerfile goes first. */
export const readIgnoreFile = ({ folder, dockerfile }: BuildFiles) => {
  const own = dockerfile === undefined ? undefined : `${dockerfile}.dockerignore`
  const text = readQuietly(own)
  if (own !== undefined && text !== undefined) return { text, path: own }
  const path = `${folder}/.dockerignore`
  return { text: readQuietly(path) ?? '', path }
}

/** What the text of an ignore file leaves out of a context. BuildKit refuses a pattern that is none. */
export const createIgnore = (text: string): ((path: string) => boolean) => {
  // More stars than two mean no more, and would be tried in all ways there are.
  const patterns = text.replace(/^\ufeff/, '').replace(/\*{3,}/g, '**')
  const matcher = attempt(() => dockerignore.default({ ignorecase: false }).add(patterns))
  return (path) => attempt(() => matcher?.ignores(path)) ?? false
}

/** Whether a context's ignore file leaves a path out of it. */
export const isIgnored = (path: string, files: BuildFiles): boolean =>
  createIgnore(readIgnoreFile(files).text)(path)
