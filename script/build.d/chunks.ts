import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import type { ChunkingContext, CodeSplittingGroup } from 'rolldown'

const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>
}

/** Others of the packages build on these, so they come first and are chunks of their own. */
const grounds = ['@actions/http-client', '@actions/core']

/** Every start wants it, and the client beside it only where a token is minted. */
const context: CodeSplittingGroup = {
  name: 'vendor/actions-github-context',
  test: /\/@actions\/github\/lib\/(context|github)\.js$/,
  includeDependenciesRecursively: false,
}

const names = new Set(
  [...grounds, ...Object.keys(dependencies)].map((name) => name.replace(/^(@octokit)\/.*/, '$1')),
)

/**
 * A chunk for each package that is a dependency, with all that it brings; Octokit's are one. A
 * package goes to the first that needs it.
 */
export const vendors: readonly CodeSplittingGroup[] = [
  context,
  ...[...names].map((name) => ({
    name: `vendor/${name.replace('@', '').replace('/', '-')}`,
    test: (id: string) => id.includes(`/node_modules/${name}/`),
  })),
]

const isStatic = (id: string, modules: ChunkingContext): boolean =>
  modules.getModuleInfo(id)?.isEntry === true

const isDynamic = (id: string, modules: ChunkingContext): boolean =>
  (modules.getModuleInfo(id)?.dynamicImporters.length ?? 0) > 0

/** The entries, static and dynamic, whose start loads this module. */
const findUsers = (id: string, modules: ChunkingContext): readonly string[] => {
  const reached = new Set([id])
  // What is added meanwhile has its turn, too.
  for (const module of reached) {
    for (const importer of modules.getModuleInfo(module)?.importers ?? []) reached.add(importer)
  }
  return [...reached].filter((module) => isStatic(module, modules) || isDynamic(module, modules))
}

/** The entries that are there before this one is imported. */
const findEarlier = (entry: string, modules: ChunkingContext): ReadonlySet<string> => {
  const found = new Set([entry])
  // What is added meanwhile has its turn, too.
  for (const one of found) {
    for (const importer of modules.getModuleInfo(one)?.dynamicImporters ?? [])
      for (const user of findUsers(importer, modules)) found.add(user)
  }
  found.delete(entry)
  return found
}

const root = resolve('src')

export const isOwn = (id: string): boolean => id.startsWith(`${root}/`)

/** `main`, or `token-keeper` of src/token/keeper.ts. */
export const toName = (id: string): string =>
  relative(root, id).replace(/\.ts$/, '').split('/').slice(-2).join('-')

/**
 * Modules with the same users are one chunk, called after them: nobody loads more than they need,
 * and no two chunks import each other.
 */
export const toSharedName = (id: string, modules: ChunkingContext): string | null => {
  const users = findUsers(id, modules)
  if (users.length < 2) return null
  // Who comes later finds it there.
  const first = users.filter((user) => {
    const earlier = findEarlier(user, modules)
    return !users.some((other) => earlier.has(other) && other !== user)
  })
  return `shared.${(first.length === 0 ? users : first).map(toName).sort().join('.')}`
}
