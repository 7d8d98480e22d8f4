import { unescapeTemplate } from '../inputs/template.ts'
import type { BuildWords } from './dockerfile/stages.ts'

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Linux for this machine's processor, where nobody says what is built for. */
export const usualPlatform = `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`

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
