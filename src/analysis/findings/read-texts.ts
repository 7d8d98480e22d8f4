import type { Placed } from '../../image/contents/merge.ts'
import type { Subject } from './subject.ts'

type Bounds = {
  /** A longer file is not read. */
  readonly longest: number
  /** Of all files together. */
  readonly most: number
  /** The beginning of a longer file will do. */
  readonly mayBeCut?: boolean
}

/** Files as texts of one byte a character; undefined for those that are not there or too many or too long. */
export const readTexts = (
  { files }: Pick<Subject, 'files'>,
  placed: readonly (Placed | undefined)[],
  { longest, most, mayBeCut = false }: Bounds,
): Promise<readonly (string | undefined)[]> => {
  let bytes = 0
  return Promise.all(
    placed.map(async (each) => {
      if (each === undefined || each.entry.type !== 'f') return undefined
      const { layer, entry } = each
      const length = Math.min(entry.sizeBytes, longest)
      if (entry.sizeBytes > longest && !mayBeCut) return undefined
      bytes += length
      if (bytes > most) return undefined
      return (await files.bytes(layer, entry.path, 0, length)).toString('latin1')
    }),
  )
}
