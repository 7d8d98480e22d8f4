/** No image's name is as long, and arguments in arguments could grow without end. */
const longestValue = 1_000

/** `${NAME}`, `${NAME:-word}` and `$NAME`, as Dockerfiles have them in FROM. */
const substitute = (text: string, args: ReadonlyMap<string, string>): string =>
  text
    .slice(0, longestValue)
    .replace(
      /\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))/g,
      (_, braced?: string, otherwise?: string, bare?: string) =>
        args.get(braced ?? bare ?? '') || otherwise || '',
    )
    .slice(0, longestValue)

/** Lines that end with a backslash go on in the next one; comments are none. */
const toInstructions = (dockerfile: string): readonly string[] =>
  dockerfile
    .replace(/^[^\S\n]*#.*$/gm, '')
    .replace(/\\\r?\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

/**
 * The images that a Dockerfile builds upon or copies from, as it writes them, with build arguments
 * put in. Its own stages are left out.
 *
 * @param given build arguments, which go before the defaults in the Dockerfile
 */
export const findBases = (
  dockerfile: string,
  given: Readonly<Record<string, string>>,
): readonly string[] => {
  const args = new Map<string, string>()
  const stages = new Set<string>()
  const bases = new Set<string>()
  const add = (name: string): void => {
    if (name !== '' && !stages.has(name.toLowerCase()) && !/^\d+$/.test(name)) bases.add(name)
  }
  for (const line of toInstructions(dockerfile)) {
    const [, name = '', otherwise = ''] = /^ARG\s+(\w+)(?:=(\S*))?/i.exec(line) ?? []
    // Only what stands before the first FROM counts in a FROM.
    if (name !== '' && stages.size + bases.size === 0) {
      args.set(name, given[name] ?? substitute(otherwise.replace(/^["']|["']$/g, ''), args))
    }
    const [, base, stage] = /^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(line) ?? []
    if (base !== undefined) add(substitute(base, args))
    if (stage !== undefined) stages.add(stage.toLowerCase())
    for (const [, from = ''] of line.matchAll(/(?:--from=|[,=]from=)([^\s,]+)/g)) add(from)
  }
  return [...bases]
}
