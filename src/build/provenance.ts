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
  readonly op?: {
    readonly Op?: {
      readonly source?: { readonly identifier?: string }
      readonly exec?: object
      readonly file?: object
    }
  }
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

const toStep = (key: string): string => key.replace(/:\d+$/, '')

/** The steps of the last stage that make a layer each, lowest first; undefined where others are among them. */
const findMakers = (definitions: readonly Definition[]): readonly string[] | undefined => {
  const byId = new Map(definitions.map((definition) => [definition.id, definition]))
  const makers: string[] = []
  let step = toStep(definitions.at(-1)?.inputs?.[0] ?? '')
  for (let at = byId.get(step); at !== undefined; at = byId.get(step)) {
    const { source, exec, file } = at.op?.Op ?? {}
    if (source !== undefined) return makers.toReversed()
    // Each comes after what it builds upon, so a circle is nothing that BuildKit wrote.
    if ((exec === undefined && file === undefined) || makers.length > definitions.length) break
    makers.push(step)
    step = toStep(at.inputs?.[0] ?? '')
  }
  return undefined
}

type Made = { readonly step: string; readonly length: number }

/**
 * Which step made each layer, from some layer on. The record has no layers of a step that another build has
 * run at the same time, and none of a base that nobody had to look into: only counting tells these apart.
 *
 * @returns undefined where the record has a layer that would be another's
 */
const countMakers = (
  definitions: readonly Definition[],
  own: readonly Made[],
  layers: number,
): { readonly baseLayers: number; readonly makers: readonly string[] } | undefined => {
  const makers = findMakers(definitions)
  const baseLayers = layers - (makers?.length ?? layers + 1)
  const fits = own.every(({ step }) => {
    const at = makers?.indexOf(step) ?? -1
    return at < 0 || own.some((each) => each.step === step && each.length === baseLayers + at + 1)
  })
  return makers !== undefined && baseLayers >= 0 && fits ? { baseLayers, makers } : undefined
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
      .map((chain): Made => ({ step: toStep(key), length: chain.length })),
  )
  const bases = new Set(
    definitions
      .filter(({ op }) => op?.Op?.source?.identifier?.startsWith('docker-image://'))
      .map(({ id }) => id),
  )
  const own = chains.filter(({ step }) => !bases.has(step))
  const counted = countMakers(definitions, own, final.length)
  const places = final.map((_, at) => {
    const made = own.filter(({ length }) => length === at + 1).map(({ step }) => step)
    const maker = counted?.makers[at - counted.baseLayers]
    const steps = made.length > 0 || maker === undefined ? made : [maker]
    return steps.flatMap((step) => readPlace(source, step) ?? []).at(-1)
  })
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
