/** A blob as a manifest describes it. */
type Blob = {
  readonly digest: string
  readonly size: number
  /** How a layer is packed; undefined for not at all. */
  readonly packing?: 'gzip' | 'zstd' | undefined
}

/**
 * The manifest of an image of a store that keeps none: the same bytes, and so the same digest, whichever way
 * the image takes. CRI reports the sum of the sizes as the image's, and kubelet rejects 0.
 */
export const toManifest = (config: Blob, layers: readonly Blob[]): string => {
  const describe = (kind: string, { digest, size }: Blob) => ({
    mediaType: `application/vnd.oci.image.${kind}`,
    digest,
    size,
  })
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: describe('config.v1+json', config),
    layers: layers.map((layer) =>
      describe(`layer.v1.tar${layer.packing === undefined ? '' : `+${layer.packing}`}`, layer),
    ),
  })
}
