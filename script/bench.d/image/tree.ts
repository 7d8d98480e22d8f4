/** How much an image holds. */
export type Weight = {
  readonly bytes: number
  readonly files: number
  readonly layers: number
}

/** The entries of one layer, folders before what is in them. */
export type LayerTree = {
  readonly folders: readonly string[]
  readonly files: readonly { readonly path: string; readonly size: number }[]
}

/** As in real trees most files are small and a few hold most of the bytes. */
const sizePattern = [1, 1, 2, 4, 32]

const filesInFolder = 16
const foldersInFolder = 32

const weightOf = (index: number): number => sizePattern[index % sizePattern.length] ?? 1

/** The sizes of all files, which add up to exactly the bytes that were asked for. */
const toSizes = ({ bytes, files }: Omit<Weight, 'layers'>): readonly number[] => {
  const weights = Array.from({ length: files }, (_, index) => weightOf(index))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const sizes = weights.map((weight) => Math.floor((bytes * weight) / total))
  const spread = sizes.reduce((sum, size) => sum + size, 0)
  sizes[files - 1] = (sizes[files - 1] ?? 0) + bytes - spread
  return sizes
}

const toLayer = (layer: number, sizes: readonly number[]): LayerTree => {
  const top = `layer-${layer}`
  const folders = new Set(['opt/', `opt/${top}/`])
  const files = sizes.map((size, index) => {
    const folder = Math.floor(index / filesInFolder)
    const outer = `opt/${top}/${Math.floor(folder / foldersInFolder)}/`
    const inner = `${outer}${folder}/`
    folders.add(outer).add(inner)
    return { path: `${inner}file-${index}`, size }
  })
  return { folders: [...folders], files }
}

/** Spreads the files evenly over the layers. */
export const planTree = (weight: Weight): readonly LayerTree[] => {
  const sizes = toSizes(weight)
  const start = (layer: number): number => Math.floor((layer * weight.files) / weight.layers)
  return Array.from({ length: weight.layers }, (_, layer) =>
    toLayer(layer, sizes.slice(start(layer), start(layer + 1))),
  )
}

/** One more layer, which shares no path with those below it. */
export const planTopLayer = (weight: Omit<Weight, 'layers'>, layersBelow: number): LayerTree =>
  toLayer(layersBelow, toSizes(weight))
