import { isClassic } from '../host/engine.ts'
import type { Trial } from './way.ts'

/** Docker's folders of the image's layers, lowest first; only the overlay2 store names them. */
export const layerFolders = async ({ session, image }: Trial): Promise<readonly string[]> => {
  const format = '{{.GraphDriver.Data.UpperDir}}:{{.GraphDriver.Data.LowerDir}}'
  const listed = (await session.docker(['image', 'inspect', '--format', format, image.ref])).trim()
  const folders = listed.split(':').filter((folder) => folder.startsWith('/'))
  if (folders.length === image.layers) return folders.reverse()
  throw new Error(`Docker names ${folders.length} folders for ${image.layers} layers`)
}

/**
 * Reads the attributes of all the image's files, as a build that has just ended would have left them
 * in memory. Without it the first way to come by pays for what another way has driven out.
 */
export const warmLayers = async (trial: Trial): Promise<void> => {
  if (!isClassic(trial.engine) || !trial.engine.isLocal) return
  await trial.session.run('find', [...(await layerFolders(trial)), '-printf', ''])
}
