import { createHash } from 'node:crypto'

/**
 * A name that is cut, with digits of a hash in place of what it does not say: others that are cut stay apart from
 * it, and it is the same in every run.
 *
 * @param most characters of the result
 * @param meant what it stands for
 */
export const shorten = (name: string, most: number, meant: string, digits = 8): string => {
  const mark = createHash('sha256').update(meant).digest('hex').slice(0, digits)
  return `${name.slice(0, most - digits - 1).replace(/[^a-zA-Z0-9]+$/, '')}-${mark}`
}
