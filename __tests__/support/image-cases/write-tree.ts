import { mkdir, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Files } from './case.ts'

/** Writes files by their paths below a folder. */
export const writeTree = async (folder: string, files: Files): Promise<void> => {
  await mkdir(folder, { recursive: true })
  for (const [path, content] of Object.entries(files)) {
    const whole = join(folder, path)
    await mkdir(dirname(whole), { recursive: true })
    await writeFile(whole, typeof content === 'number' ? '' : content)
    if (typeof content === 'number') await truncate(whole, content)
  }
}
