/** Splits what our scripts print into its sections, each headed by `== name`. */
export const toSections = (text: string): ReadonlyMap<string, string> => {
  const [, ...parts] = text.split(/^== (\w+)\n/m)
  const sections = new Map<string, string>()
  for (let at = 0; at < parts.length; at += 2) sections.set(parts[at] ?? '', parts[at + 1] ?? '')
  return sections
}
