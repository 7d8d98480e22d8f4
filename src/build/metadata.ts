import { isDigest } from '../image/digest.ts'

/** `image.name` lists all names of an image, separated by commas. */
const withoutName = (json: string, name: string): string =>
  json.replace(`,${name}"`, '"').replace(`"${name}"`, '""')

/**
 * Reads buildx's metadata file; a digest that is none is left out.
 *
 * @param intermediate a name of the image that is nobody else's business
 */
export const parseMetadata = (text: string, intermediate?: string) => {
  const parsed: unknown = JSON.parse(text)
  const digestOf = (key: string): string | undefined => {
    const value = (parsed as Record<string, unknown> | null)?.[key]
    return isDigest(value) ? value : undefined
  }
  const digest = digestOf('containerimage.digest')
  return {
    /** Of the image's config, or of its manifest where that is the image's ID. */
    imageId: digestOf('containerimage.config.digest') ?? digest,
    digest,
    /** buildx's own JSON, without the name that only the step uses. */
    json: intermediate === undefined ? text.trim() : withoutName(text.trim(), intermediate),
  }
}

/** What buildx says of a finished build. */
export type BuildMetadata = Readonly<ReturnType<typeof parseMetadata>>
