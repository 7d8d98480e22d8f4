import dockerignore from '@balena/dockerignore'
import { type BuildFiles, readQuietly } from './dockerfile/find.ts'

/** Whether a context's ignore file leaves a path out of it. One beside the Dockerfile goes first. */
export const isIgnored = (path: string, { folder, dockerfile }: BuildFiles): boolean => {
  const own = dockerfile && readQuietly(`${dockerfile}.dockerignore`)
  const rules = own ?? readQuietly(`${folder}/.dockerignore`) ?? ''
  // More stars than two mean no more, and would be tried in all ways there are.
  const patterns = rules.replace(/^\ufeff/, '').replace(/\*{3,}/g, '**')
  try {
    return dockerignore.default({ ignorecase: false }).add(patterns).ignores(path)
  } catch {
    // A pattern that is none, which BuildKit refuses.
    return false
  }
}
