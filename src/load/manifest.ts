import type { Get } from '../docker/engine-api.ts'
import type { Engine } from '../docker/info.ts'
import type { ContainerImage } from '../image/image.ts'
import { toManifest } from '../image/to-manifest.ts'

/**
 * The layers' sizes out of the history, which also has steps without a layer, as steps of 0 bytes. A layer of
 * 0 bytes looks the same, and which of them it is does not matter.
 *
 * @param historyBytes oldest first
 * @param totalBytes what the lowest layer is said to have where the history is not one of all layers
 */
export const toLayerSizes = (
  historyBytes: readonly number[],
  layers: number,
  totalBytes: number,
): readonly number[] => {
  let needless = historyBytes.length - layers
  const sizes: number[] = []
  for (const bytes of historyBytes) {
    if (bytes === 0 && needless > 0) needless -= 1
    else sizes.push(bytes)
  }
  return sizes.length === layers
    ? sizes
    : Array.from({ length: layers }, (_, index) => (index === 0 ? totalBytes : 0))
}

type HistoryStep = { readonly Size: number }

/** Makes an image's manifest as soon as the size of its config is known. */
export type ManifestMaker = (configBytes: number) => string

/** Asks for what an image's manifest is made of; a store that keeps manifests need not be asked. */
export const findManifestMaker = async (
  get: Get,
  { hasContainerdStore }: Engine,
  image: ContainerImage,
): Promise<ManifestMaker> => {
  const { layout } = image
  if (layout !== undefined) return () => layout.manifest
  const path = `/images/${image.id}/history`
  const history = hasContainerdStore ? [] : ((await get<readonly HistoryStep[]>(path)) ?? [])
  const bytes = history.map(({ Size }) => Size).reverse()
  const sizes = toLayerSizes(bytes, image.layers.length, image.sizeBytes)
  const layers = image.layers.map(({ diffId }, index) => ({
    digest: diffId,
    size: sizes[index] ?? 0,
  }))
  return (configBytes) => toManifest({ digest: image.id, size: configBytes }, layers)
}
