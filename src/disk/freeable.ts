import { lstat } from 'node:fs/promises'
import { toDevice } from '../host/device.ts'
import { catalog } from '../storage/catalog.ts'

/** A folder of the catalog that this machine has. */
export type Freeable = {
  readonly name: string
  readonly path: string
  /** An equal share of what the entry usually holds. */
  readonly typicalBytes: number
  /** The filesystem that deleting it would help. */
  readonly device: string
}

/** Looks which folders of the catalog are there; whether they may go is asked once more then. */
export const findFreeable = async (): Promise<readonly Freeable[]> => {
  const found = catalog.map(async ({ name, paths, typicalBytes }) => {
    const stats = await Promise.all(paths.map((path) => lstat(path).catch(() => undefined)))
    const present = paths.flatMap((path, index) => {
      const stat = stats[index]
      return stat?.isDirectory() ? [{ name, path, device: toDevice(stat.dev) }] : []
    })
    return present.map((each) => ({ ...each, typicalBytes: typicalBytes / present.length }))
  })
  return (await Promise.all(found)).flat()
}
