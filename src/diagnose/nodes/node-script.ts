import { readFileSync } from 'node:fs'

/** One of our scripts that run in a node, as it is. */
export const readScript = (name: 'look' | 'notes'): string =>
  readFileSync(new URL(`./in-node/${name}.sh`, import.meta.url), 'utf8')
