import dockerignore from '@balena/dockerignore'
import { attempt } from '../failure.ts'
import { type BuildFiles, readQuietly } from './dockerfile/find.ts'

/** Whether a context's ignore file leaves a path out of it. One beside the Dockerfile goes first. */
export const isIgnored = (path: string, { folder, dockerfile }: BuildFiles): boolean => {
  const own = dockerfile && readQuietly(`${dockerfile}.dockerignore`)
  const rules = own ?? readQuietly(`${folder}/.dockerignore`) ?? ''
  // More stars than two mean no more, and would be tried in all ways there are.
  const patterns = rules.replace(/^\ufeff/, '').replace(/\*{3,}/g, '**')
  // BuildKit refuses a pattern that is none.
  return (
    attempt(() => dockerignore.default({ ignorecase: false }).add(patterns).ignores(path)) ?? false
  )
}
