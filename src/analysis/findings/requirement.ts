/** A name as an index of Python compares it (PEP 503). */
export const toDistributionName = (name: string): string =>
  name.toLowerCase().replace(/[-_.]+/g, '-')

/** Longer ones are none that people write. */
const longest = 2_000

/** No image of Linux gets what is only for these. */
const otherSystem =
  /\b(?:sys_platform|platform_system|os_name)\s{0,9}==\s{0,9}["'](?:win32|cygwin|darwin|Windows|Darwin|nt|java)["']/

/**
 * The name of what a distribution requires (PEP 508), on Linux. What is for an extra counts: nobody writes
 * down which extras were asked for.
 */
export const readRequired = (requirement: string): string | undefined => {
  const [, name = '', rest = ''] =
    /^\s{0,9}([A-Za-z\d](?:[\w.-]{0,200}[A-Za-z\d])?)(?![\w.-])([^\n]*)$/.exec(
      requirement.slice(0, longest),
    ) ?? []
  if (name === '') return undefined
  const marker = rest.slice(rest.indexOf(';') + 1)
  const isElsewhere = rest.includes(';') && !/\bor\b/.test(marker) && otherSystem.test(marker)
  return isElsewhere ? undefined : toDistributionName(name)
}

/** All that might be a distribution's name in texts of people. */
export const findNames = (texts: readonly string[]): ReadonlySet<string> =>
  new Set(
    texts.flatMap((text) =>
      [...text.matchAll(/[A-Za-z\d][\w.-]{0,200}/g)].map(([name]) =>
        toDistributionName(name.replace(/[-_.]+$/, '')),
      ),
    ),
  )

/** Options of pip and uv that take a value, in the next word. */
const valued =
  /^(?:-[rciftep]|--(?:requirement|constraint|index-url|extra-index-url|find-links|target|prefix|python|editable|root|index|default-index|torch-backend|platform|python-version|only-binary|no-binary|timeout|retries|cache-dir|trusted-host|override|group|extra))$/

/**
 * Distributions that a RUN installs by their names, each with the program that does it: another path
 * installs for another Python.
 */
export const findInstalled = (
  instruction: string,
): readonly { readonly name: string; readonly by: string }[] =>
  instruction.split(/&&|\|\||[;|]/).flatMap((command) => {
    const [, by = '', rest = ''] =
      /(?:^|\s)(\S{0,200}(?:pip[\d.]{0,5}|uv pip|uv|poetry|pdm))\s+(?:install|add)\s+(.*)$/s.exec(
        command.slice(0, 20_000),
      ) ?? []
    const words = rest.split(/\s+/).filter(Boolean)
    return words.flatMap((word, at) => {
      const plain = word.replace(/^["']|["']$/g, '')
      const isValue = valued.test(words[at - 1] ?? '')
      if (isValue || !/^[A-Za-z\d][\w.-]*(?:\[[^\]]*\])?(?:[=<>!~@;].*)?$/.test(plain)) return []
      const name = readRequired(plain)
      return name === undefined ? [] : [{ name, by }]
    })
  })
