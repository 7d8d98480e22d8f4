import type { Tree } from './source.ts'

/** A file of a cache that has been fetched from Hugging Face's store of large files. */
const blob = /^(.*\/|)blobs\/([0-9a-f]{64})$/

/**
 * Reads what files of caches of Hugging Face's call themselves by their names. Whoever wrote such a name may
 * have written anything: it never stands for bytes that nobody has read.
 *
 * @returns of a path: a digest in hex; undefined for other files
 */
export const readNamedDigests = ({ links }: Tree): ((path: string) => string | undefined) => {
  // Others may have folders called `blobs`, too.
  const caches = new Set(
    links.flatMap(({ path }) => {
      const at = `/${path}`.indexOf('/snapshots/')
      return at < 0 ? [] : [path.slice(0, at)]
    }),
  )
  return (path) => {
    const [, cache = '', digest] = blob.exec(path) ?? []
    return caches.has(cache) ? digest : undefined
  }
}

/**
 * Finds files that are not what their names say, such as downloads that broke off.
 *
 * @param tree all digests known
 */
export const findBrokenBlobs = (tree: Tree): readonly string[] => {
  const toNamed = readNamedDigests(tree)
  return tree.files.flatMap(({ path, sha256 }) => {
    const named = toNamed(path)
    return named === undefined || named === sha256 ? [] : [path]
  })
}
