import { unescapeTemplate } from '../inputs/template.ts'
import type { BuildWords } from './dockerfile/stages.ts'
import type { Target } from './target.ts'

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Linux for this machine's processor, where nobody says what is built for. */
const usualPlatform = `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What decides what a Dockerfile means, of a target of Bake's. */
export const toBakeWords = (definition: Readonly<Record<string, unknown>>): BuildWords => {
  const { args, contexts, platforms, target } = definition
  const given = Object.entries(isRecord(args) ? args : {}).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, unescapeTemplate(value)] as const] : [],
  )
  const [platform] = Array.isArray(platforms) ? platforms : []
  return {
    args: Object.fromEntries(given),
    target: text(target) || undefined,
    contexts: Object.keys(isRecord(contexts) ? contexts : {}),
    platform: text(platform) ?? usualPlatform,
  }
}

/** Of any build. */
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
