import { attempt } from '../../failure.ts'
import { toLine } from '../../text/to-line.ts'
import type { LayerOrigin } from '../layer-origin.ts'
import { hideTokens } from '../tokens.ts'

type Config = {
  readonly history?: readonly { readonly created_by?: unknown; readonly empty_layer?: unknown }[]
}

/**
 * An instruction as a Dockerfile would have it. The values of build arguments, which stand before the shell,
 * go: they may be secret.
 */
export const toInstruction = (createdBy: string): string => {
  const text = hideTokens(createdBy)
    .replace(/\s*# buildkit\s*$/, '')
    .replace(/^\/bin\/sh -c #\(nop\)\s*/, '')
  const [, withArguments] = /^(?:RUN )?(\|\d+ .*)$/s.exec(text) ?? []
  const shell = withArguments === undefined ? 0 : withArguments.search(/\s-[a-z]*c\s/)
  if (withArguments !== undefined)
    return shell < 0 ? 'RUN' : toLine(`RUN ${withArguments.slice(shell).replace(/^\s-\w*\s/, '')}`)
  return toLine(text.replace(/^(?:RUN )?\/bin\/(?:ba)?sh -c /, 'RUN '))
}

/** What made each layer, as far as the image's own history tells it. */
export const toHistoryOrigins = (config: string, layers: number): readonly LayerOrigin[] => {
  const { history = [] } = attempt(() => JSON.parse(config) as Config) ?? {}
  const entries = Array.isArray(history) ? history : []
  const made = entries.filter((entry) => entry?.empty_layer !== true)
  return Array.from({ length: layers }, (_, at) => {
    const createdBy = made.length === layers ? made[at]?.created_by : undefined
    const instruction = typeof createdBy === 'string' ? toInstruction(createdBy) : ''
    return {
      instruction: instruction === '' ? undefined : instruction,
      location: undefined,
      isBase: false,
      packedBytes: undefined,
    }
  })
}
