import { formatBytes } from '../../text/format.ts'
import type { Match, Rule } from './finding.ts'
import type { Subject } from './subject.ts'

const baseRule: Rule = {
  id: 'build-base',
  level: 'warning',
  what: 'The final stage begins with an image that is made to build',
  fix: 'Build in a stage of its own, begin the last one with a smaller image (`-runtime`, `-slim`, distroless, the JRE), and `COPY --from` what runs.',
  doubt: 'the program compiles while it runs',
}

const pythonRule: Rule = {
  id: 'full-python-base',
  level: 'info',
  what: "Is Python's whole image needed? It has compilers and headers",
  fix: 'Try `-slim` of the same version, and build what it cannot install in a stage of its own.',
  doubt: 'distributions without wheels are compiled in it',
  isQuestion: true,
}

const contextRule: Rule = {
  id: 'large-context',
  level: 'warning',
  what: 'A large build context',
  fix: 'Write what the image does not need into .dockerignore: each build on a fresh machine reads and sends all of it.',
}

export const recipeRules: readonly Rule[] = [baseRule, pythonRule, contextRule]

/** Repository without the registry, and tag, of a name as a Dockerfile has it. */
const splitImage = (image: string) => {
  const [, name = '', tag = ''] = /^([^@]*?)(?::([^:/@]*))?(?:@.*)?$/.exec(image) ?? []
  const repository = name.replace(/^[^/]*[.:][^/]*\/|^localhost\//, '').replace(/^library\//, '')
  return { repository, tag }
}

const findBaseRule = (image: string): Rule | undefined => {
  const { repository, tag } = splitImage(image)
  if (/^(?:rust|golang|maven|gradle|gcc)$/.test(repository)) return baseRule
  if (/(?:^|-)devel(?:-|$)/.test(tag)) return baseRule
  // Of a tag such as `3.12-bookworm`; Alpine's has no compilers.
  const isWhole = repository === 'python' && !/slim|alpine|windows/.test(tag)
  return isWhole && /^(?:3(?:\.\d+)*(?:-\w+)?|latest|)$/.test(tag) ? pythonRule : undefined
}

const matchBase = ({ background, origins }: Subject): readonly Match[] => {
  const { image, location } = background.recipe?.base ?? {}
  const rule = image === undefined ? undefined : findBaseRule(image)
  if (rule === undefined) return []
  const layer = Math.max(
    0,
    origins.findLastIndex(({ isBase }) => isBase),
  )
  return [{ rule, layer, location, bytes: 0, paths: [], evidence: `FROM ${image}` }]
}

const shownParts = 4

const list = (parts: readonly { readonly path: string; readonly bytes: number }[]): string =>
  parts
    .slice(0, shownParts)
    .map(({ path, bytes }) => `${path} ${formatBytes(bytes)}`)
    .join(', ')

const matchContext = ({ background, origins }: Subject): readonly Match[] => {
  const { context } = background
  if (context === undefined) return []
  const { sentBytes, location, needless, largest, ignoreFile } = context
  const patterns = [...new Set(needless.map(({ pattern }) => pattern))]
  const evidence = [
    `BuildKit was sent ${formatBytes(sentBytes)}`,
    ...(needless.length > 0 ? [`not needed: ${list(needless)}`] : []),
    ...(patterns.length > 0 ? [`lines for ${ignoreFile}: ${patterns.join(' ')}`] : []),
    ...(needless.length === 0 && largest.length > 0 ? [`largest: ${list(largest)}`] : []),
  ].join('; ')
  return [{ rule: contextRule, layer: origins.length - 1, location, bytes: 0, paths: [], evidence }]
}

/** What the Dockerfile and what was sent for it say of the image. */
export const matchRecipe = (subject: Subject): readonly Match[] => [
  ...matchBase(subject),
  ...matchContext(subject),
]
