import { link } from 'node:fs/promises'
import { join } from 'node:path'
import { makeOwnFolder, writeOwnFile } from '../host/own-folder.ts'
import { createFileStore } from '../store/file-store.ts'
import type { Saving } from '../store/plan-saving.ts'
import { savedPlanFile, toMark } from '../store/saved-plan.ts'

/** Leaves to post what is to be kept; says by which mark it knows that again. */
export const leaveLayers = async (
  { entries, texts }: Saving,
  { folder, laterDir }: { readonly folder: string; readonly laterDir: string },
): Promise<string> => {
  const files = createFileStore(folder)
  for (const text of texts) {
    const draft = await files.create()
    await draft.write(Buffer.from(text))
    await draft.keep(toMark(text))
  }
  makeOwnFolder(laterDir)
  const names = new Set(entries.flatMap((entry) => entry.files.map(({ sha256 }) => sha256)))
  for (const name of names) await link(join(folder, name), join(laterDir, name))
  const list = JSON.stringify(entries.map(({ key, files }) => ({ key, files })))
  writeOwnFile(laterDir, savedPlanFile, list)
  return toMark(list)
}
