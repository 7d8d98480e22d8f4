/** What buildx says of a finished build. */
export type BuildMetadata = {
  /** `sha256:...` of the image's config, or of its manifest where that is the image's ID. */
  readonly imageId: string | undefined
  readonly digest: string | undefined
  /** buildx's own JSON, unchanged. */
  readonly json: string
}

const digestPattern = /^sha256:[a-f0-9]{64}$/

/** Reads buildx's metadata file; a digest that is none is left out. */
export const parseMetadata = (text: string): BuildMetadata => {
  const parsed: unknown = JSON.parse(text)
  const digestOf = (key: string): string | undefined => {
    const value = (parsed as Record<string, unknown> | null)?.[key]
    return typeof value === 'string' && digestPattern.test(value) ? value : undefined
  }
  const digest = digestOf('containerimage.digest')
  return { imageId: digestOf('containerimage.config.digest') ?? digest, digest, json: text.trim() }
}
