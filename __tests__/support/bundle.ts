import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What `script/build.ts` has made in a folder: which chunks there are, and what starts load. */
export const openBundle = (folder: string) => {
  const read = (chunk: string): string => readFileSync(join(folder, chunk), 'utf8')
  const toChunk = (from: string, importer: string): string => join(importer, '..', from)
  const findImports = (chunk: string): readonly string[] =>
    [...read(chunk).matchAll(/^(?:import|export) (?:.* from )?"(.+)";$/gm)].map(
      ([, from = '']) => from,
    )
  /** All that Node reads before the last of these chunks' first lines runs. */
  const findLoaded = (...starts: readonly string[]): readonly string[] => {
    const loaded = new Set(starts)
    for (const chunk of loaded) {
      for (const from of findImports(chunk)) loaded.add(toChunk(from, chunk))
    }
    return [...loaded]
  }
  return {
    chunks: readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.js'),
    ),
    read,
    toChunk,
    findImports,
    findLoaded,
    /** What a chunk imports first of what it imports when it runs: an entry, once Node is new enough. */
    findBegun: (chunk: string): string => {
      const [, from = ''] = /await import\("(.+)"\)/.exec(read(chunk)) ?? []
      return toChunk(from, chunk)
    },
    /** The sources in what these chunks' start loads. */
    findSources: (...starts: readonly string[]): readonly string[] =>
      findLoaded(...starts).flatMap((chunk) =>
        [...read(chunk).matchAll(/^\/\/ (src\/\S+\.ts)$/gm)].map(([, source = '']) => source),
      ),
  }
}
