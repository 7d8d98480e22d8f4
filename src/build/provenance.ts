import { attempt } from '../failure.ts'
import type { LayerOrigin } from '../image/layer-origin.ts'
import { hideTokens } from '../image/tokens.ts'
import { toLine } from '../text/to-line.ts'

/** What BuildKit's record of a build has besides; only what is read here. It also holds build arguments. */
type Provenance = {
  readonly buildConfig?: { readonly llbDefinition?: readonly Definition[] }
  readonly metadata?: { readonly [buildkitKey]?: BuildKitMetadata }
}

type Definition = {
  readonly id?: string
  readonly op?: { readonly Op?: { readonly source?: { readonly identifier?: string } } }
  readonly inputs?: readonly string[]
}

type Descriptor = { readonly digest?: string; readonly size?: number; readonly mediaType?: string }

type BuildKitMetadata = {
  readonly layers?: Readonly<Record<string, readonly (readonly Descriptor[])[]>>
  readonly source?: {
    readonly locations?: Readonly<Record<string, { readonly locations?: readonly Place[] }>>
    readonly infos?: readonly { readonly filename?: string; readonly data?: string }[]
  }
}

type Place = {
  readonly sourceIndex?: number
  readonly ranges?: readonly { readonly start?: Line; readonly end?: Line }[]
}

type Line = { readonly line?: number }

const buildkitKey = 'https://mobyproject.org/buildkit@v1#metadata'

/** With several platforms, one for each: `buildx.build.provenance/linux/amd64`. */
const provenanceKey = 'buildx.build.provenance'

const isPrefix = (chain: readonly Descriptor[], of: readonly Descriptor[]): boolean =>
  chain.length <= of.length && chain.every(({ digest }, at) => digest === of[at]?.digest)

/** The image's layers: those of the step that the last one hands on. */
const findFinal = (definitions: readonly Definition[], layers: BuildKitMetadata['layers']) => {
  const last = definitions.at(-1)?.inputs?.[0] ?? ''
  const chains = Object.values(layers ?? {}).flat()
  const longest = chains.toSorted((a, b) => b.length - a.length)[0]
  return layers?.[last]?.[0] ?? longest ?? []
}

/** The instruction's text and its first line, of the Dockerfile that BuildKit has read. */
const readPlace = (source: BuildKitMetadata['source'], step: string) => {
  const place = source?.locations?.[step]?.locations?.[0]
  const lines = (place?.ranges ?? []).flatMap(({ start, end }) => [start?.line, end?.line])
  const known = lines.filter((line): line is number => Number.isSafeInteger(line))
  if (known.length === 0) return undefined
  const [first, last] = [Math.min(...known), Math.max(...known)]
  const index = place?.sourceIndex ?? 0
  const file = Buffer.from(source?.infos?.[index]?.data ?? '', 'base64').toString('utf8')
  const text = file.split(/\r?\n/).slice(first - 1, last)
  const whole = text.map((line) => line.replace(/\\\s*$/, '')).join(' ')
  const instruction = toLine(hideTokens(whole))
  return { line: first, index, instruction: instruction === '' ? undefined : instruction }
}

const toOrigins = (
  { buildConfig, metadata }: Provenance,
  dockerfile: string | undefined,
): readonly LayerOrigin[] => {
  const definitions = buildConfig?.llbDefinition ?? []
  const { layers = {}, source } = metadata?.[buildkitKey] ?? {}
  const final = findFinal(definitions, layers)
  const chains = Object.entries(layers).flatMap(([key, all]) =>
    all
      .filter((chain) => isPrefix(chain, final))
      .map((chain) => ({ step: key.replace(/:\d+$/, ''), length: chain.length })),
  )
  const bases = new Set(
    definitions
      .filter(({ op }) => op?.Op?.source?.identifier?.startsWith('docker-image://'))
      .map(({ id }) => id),
  )
  const own = chains.filter(({ step }) => !bases.has(step))
  const places = final.map((_, at) => {
    const made = own.filter(({ length }) => length === at + 1)
    return made.flatMap(({ step }) => readPlace(source, step) ?? []).at(-1)
  })
  // A base that the builder had no need to look into has no layers in the record.
  const firstOwn = places.findIndex((place) => place !== undefined)
  const known = chains.filter(({ step }) => bases.has(step)).map(({ length }) => length)
  const baseLayers = Math.max(0, firstOwn, ...known)
  return final.map(({ mediaType = '', size = -1 }, at) => {
    const place = at < baseLayers ? undefined : places[at]
    const isOurs = place?.index === 0 && dockerfile !== undefined
    return {
      instruction: place?.instruction,
      location: isOurs ? { file: dockerfile, line: place.line } : undefined,
      isBase: at < baseLayers,
      packedBytes: /[.+](gzip|zstd)$/.test(mediaType) && size > 0 ? size : undefined,
    }
  })
}

/**
 * Reads which line of the Dockerfile made which layer, of the record that BuildKit keeps of each build.
 *
 * @param metadata what buildx wrote of one target
 * @param dockerfile relative to the workspace; undefined where it is no file of this machine
 * @returns undefined where there is no such record
 */
export const parseOrigins = (
  metadata: unknown,
  dockerfile: string | undefined,
): readonly LayerOrigin[] | undefined => {
  const entries = Object.entries((metadata ?? {}) as Readonly<Record<string, unknown>>)
  const [, provenance] = entries.find(([key]) => key.startsWith(provenanceKey)) ?? []
  // Another BuildKit may write something else.
  const origins = attempt(() => toOrigins(provenance as Provenance, dockerfile))
  return origins === undefined || origins.length === 0 ? undefined : origins
}

/** The metadata as buildx writes them unless it is asked for the whole record. */
export const withoutRecord = (metadata: unknown): unknown =>
  Object.fromEntries(
    Object.entries((metadata ?? {}) as Readonly<Record<string, unknown>>).map(([key, value]) => {
      if (!key.startsWith(provenanceKey)) return [key, value]
      const { buildConfig: _, metadata: __, ...rest } = (value ?? {}) as Record<string, unknown>
      return [key, rest]
    }),
  )
