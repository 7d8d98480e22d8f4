import { Failure } from '../failure.ts'

/** Of a folder of this machine. */
export const refuseUnseen = (path: string): never => {
  throw new Failure(`node-files: the Docker daemon does not see ${path} as this step does`, {
    remedy:
      'Files are copied by a container of that daemon: mount the folder into it at the same path, or run the step where the daemon is.',
  })
}

/** Docker makes no container with a folder that its own machine lacks, and so none that could say so. */
export const explainUnseen = (error: unknown, folders: readonly string[]): never => {
  const said = error instanceof Failure ? error.message : ''
  const isMeant = (path: string): boolean =>
    // Docker's answer is JSON.
    said.includes(`bind source path does not exist: ${JSON.stringify(path).slice(1)}`)
  const path = folders.find(isMeant)
  if (path !== undefined) refuseUnseen(path)
  throw error
}
