import { readFileSync } from 'node:fs'

/** The package's own file, beside the bundle's folder or at the top of the sources. */
const place = import.meta.url.endsWith('.ts') ? '../../../package.json' : '../package.json'

export const readVersion = (): string => {
  const text = readFileSync(new URL(place, import.meta.url), 'utf8')
  return (JSON.parse(text) as { readonly version: string }).version
}
