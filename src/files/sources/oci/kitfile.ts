import { Failure } from '../../../failure.ts'
import { parseJson, toLayers } from '../../../image/sources/blob-image.ts'
import { show } from '../links.ts'

/** The type of a config that says what a ModelKit has. */
export const kitConfigType = 'application/vnd.kitops.modelkit.config.v1+json'

type Entry = { readonly path?: unknown; readonly digest?: unknown } | null

type Kitfile = {
  readonly model?: (Entry & { readonly parts?: unknown }) | null
} & Readonly<Record<'code' | 'datasets' | 'docs' | 'prompts', unknown>>

const toEntries = (value: unknown): readonly Entry[] => (Array.isArray(value) ? value : [])

/**
 * Reads what a ModelKit's config says of its layers.
 *
 * @returns the layers' paths by their digests
 * @throws {Failure} where its model is another ModelKit's, or nothing says where its files belong
 */
export const parseKitfile = (config: string, manifest: string): ReadonlyMap<string, string> => {
  const { model, ...others } = parseJson<Kitfile>(config, 'its Kitfile')
  const layers = toLayers(manifest) as readonly {
    readonly digest: string
    readonly mediaType?: unknown
  }[]
  const isModel = ({ mediaType }: { readonly mediaType?: unknown }): boolean =>
    /\.modelkit\.model\./.test(`${mediaType}`)
  const path = model?.path
  if (typeof path === 'string' && path !== '' && !layers.some(isModel))
    throw new Failure(`The ModelKit does not have its model, which is in ${show(path)}`, {
      remedy: 'Name the ModelKit that has the model in a line of its own.',
    })
  const { code, datasets, docs, prompts } = others
  const entries = [model?.parts, code, datasets, docs, prompts].flatMap(toEntries)
  const paths = new Map(
    [model, ...entries].flatMap((entry) => {
      const { digest, path: name } = entry ?? {}
      return typeof digest === 'string' && typeof name === 'string' ? [[digest, name]] : []
    }),
  )
  const isUnknown = layers.some(({ digest }) => !paths.has(digest))
  if (!isUnknown) return paths
  throw new Failure(
    'The ModelKit was packed by an old KitOps, which did not say where files belong',
    {
      remedy: 'Pack it anew with a KitOps of version 1.',
    },
  )
}
