/** How large an image was. */
export type ImageSize = {
  /** Of the files of all its layers. */
  readonly bytes: number
  /** As a registry has it. */
  readonly packedBytes: number
}

/** With more, names of entries have no room for what they are. */
const mostImages = 26

const toWord = (bytes: number): string => Math.min(36 ** 8 - 1, Math.max(0, bytes)).toString(36)

/**
 * The name that holds the sizes of a run's images; undefined where there are too many.
 *
 * @param ending what tells it from all names before
 */
export const toImagesKey = (
  prefix: string,
  sizes: readonly ImageSize[],
  ending: string,
): string | undefined => {
  if (sizes.length === 0 || sizes.length > mostImages) return undefined
  const words = sizes.map(({ bytes, packedBytes }) => `${toWord(bytes)}.${toWord(packedBytes)}`)
  return `${prefix}${words.join('-')}-${ending}`
}

const keyPattern =
  /^(slipway-image-(?:default|branch)-v1-[0-9a-f]{16}-)((?:[0-9a-z]{1,8}\.[0-9a-z]{1,8}-){1,26})[0-9a-f]{8}$/

/** Whether it is one that we would have given. */
export const isImagesKey = (key: string): boolean => key.length <= 512 && keyPattern.test(key)

/** The sizes that a name tells; undefined when it is not one that we would have given. */
export const parseImagesKey = (
  prefix: string,
  key: string,
  images: number,
): readonly ImageSize[] | undefined => {
  const [, start, list = ''] = keyPattern.exec(key) ?? []
  if (start !== prefix || !isImagesKey(key)) return undefined
  const sizes = list
    .split('-')
    .slice(0, -1)
    .map((word) => {
      const [bytes = 0, packedBytes = 0] = word.split('.').map((each) => Number.parseInt(each, 36))
      return { bytes, packedBytes }
    })
  return sizes.length === images ? sizes : undefined
}
