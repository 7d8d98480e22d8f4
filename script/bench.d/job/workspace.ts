import { randomBytes } from 'node:crypto'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Session } from '../host/session.ts'
import { changedService, type Platform } from './services.ts'

const files = fileURLToPath(new URL('platform', import.meta.url))

/** A file of source: words that come again and again, and some that do not. */
const sourceText = (bytes: number): string => {
  const line = (): string => `export const value = compute('${randomBytes(12).toString('hex')}')\n`
  const lines = Array.from({ length: Math.ceil(bytes / line().length) }, line)
  return lines.join('').slice(0, bytes)
}

const writeSource = async (folder: string, { bytes, files: amount }: Platform['source']) => {
  await mkdir(folder)
  const each = Math.ceil(bytes / amount)
  for (let index = 0; index < amount; index += 1) {
    await writeFile(join(folder, `module-${index}.ts`), sourceText(each))
  }
}

/** What a service says of itself; a pod would print it. */
export const releaseOf = (service: string, change: number): string =>
  `${service}, release ${service === changedService ? change : 0}\n`

const writeRelease = (folder: string, service: string, change: number): Promise<void> =>
  writeFile(join(folder, service, 'src/release'), releaseOf(service, change))

/** The checkout that every job begins with. */
export const makeWorkspace = async (session: Session, platform: Platform): Promise<string> => {
  const folder = join(session.tempDir, 'workspace')
  await cp(files, folder, { recursive: true })
  for (const { name } of platform.services) {
    await writeSource(join(folder, name, 'src'), platform.source)
    await writeRelease(folder, name, 0)
  }
  return folder
}

/** A commit that changes one source file of one service. */
export const changeSource = (folder: string, change: number): Promise<void> =>
  writeRelease(folder, changedService, change)
