import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { Session } from './session.ts'

/** The daemon that all ways work on. */
export type Engine = {
  readonly version: string
  readonly driver: string
  readonly dataRoot: string
  /** Its folders are on this machine, for us to measure. */
  readonly isLocal: boolean
}

export const readEngine = async ({ docker }: Session): Promise<Engine> => {
  const format = '{{.ServerVersion}}\t{{.Driver}}\t{{.DockerRootDir}}'
  const [version = '', driver = '', dataRoot = ''] = (await docker(['info', '--format', format]))
    .trim()
    .split('\t')
  return { version, driver, dataRoot, isLocal: existsSync(dataRoot) }
}

/** The classic store keeps layers unpacked; the other one, of containerd, keeps their blobs, too. */
export const isClassic = ({ driver }: Engine): boolean => driver === 'overlay2'

/** Images of the classic store have no more layers (moby's layer store, `maxLayerDepth`). */
export const mostLayers = (engine: Engine): number => (isClassic(engine) ? 125 : Infinity)

/** Whether we may work in the daemon's folders and make filesystems beside them. */
export const canReach = ({ isLocal }: Engine): boolean => isLocal && process.getuid?.() === 0

/** The folders whose filesystems a load can fill. */
export const foldersToWatch = ({ dataRoot, isLocal }: Engine): readonly string[] =>
  isLocal ? [dataRoot, tmpdir()] : [tmpdir()]

/** The daemon's own temp folder, which it empties when it starts. `docker save` spools layers there. */
export const workFolderOf = ({ dataRoot }: Engine): string => `${dataRoot}/tmp`
