import type { Tree } from './source.ts'

/** A file of a cache that has been fetched from Hugging Face's store of large files. */
const grammar = /^(.*\/|)blobs\/([0-9a-f]{64})$/

/**
 * Finds files of a cache of Hugging Face's that are not what their names say, such as downloads that broke
 * off. Whoever wrote such a name may have written anything, so it never stands for bytes that nobody has read.
 *
 * @param tree all digests known
 */
export const findBrokenBlobs = ({ files, links }: Tree): readonly string[] =>
  files.flatMap(({ path, sha256 }) => {
    const [, cache, digest] = grammar.exec(path) ?? []
    if (digest === undefined || digest === sha256) return []
    // Others may have folders of this name, too.
    return links.some((link) => link.path.startsWith(`${cache}snapshots/`)) ? [path] : []
  })
