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

/** The folders whose filesystems a load can fill. */
export const foldersToWatch = ({ dataRoot, isLocal }: Engine): readonly string[] =>
  isLocal ? [dataRoot, tmpdir()] : [tmpdir()]
