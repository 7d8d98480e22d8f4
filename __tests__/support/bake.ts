import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Writes files by their paths below a folder, which may have folders of their own. */
export const writeFiles = async (
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<void> => {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}

/** What a Bake file builds unless it is told otherwise. */
export const bakeGroup = (targets: readonly string[]): string =>
  `group "default" {\n  targets = ${JSON.stringify(targets)}\n}\n`

/** A target of a Bake file, built from the folder of its name. */
export const bakeTarget = (
  name: string,
  tags: readonly string[],
  more: { readonly contexts?: Readonly<Record<string, string>>; readonly network?: string } = {},
): string => {
  const attributes = Object.entries({ context: name, tags, ...more })
  const lines = attributes.map(([key, value]) => `  ${key} = ${JSON.stringify(value)}\n`)
  return `target "${name}" {\n${lines.join('')}}\n`
}
