import type { Docker } from '../host/docker.ts'
import type { KeepImages } from '../inputs/inputs.ts'
import type { ImageLoad } from './task.ts'

/**
 * The names that may go from Docker's store. Where links share the files, removing a name frees
 * nothing, so `auto` keeps it.
 */
export const planDropping = (
  loads: readonly ImageLoad[],
  keepImages: KeepImages,
): readonly string[] =>
  loads
    .filter(
      ({ nodes }) =>
        keepImages === 'never' ||
        nodes.every(({ way }) => way === 'copy' || way === 'stream' || way === 'kind'),
    )
    .flatMap(({ image }) => image.references.map(({ given }) => given))

/** Removes names; layers go with the last of them. What is in use stays, and that is no failure. */
export const dropImages = async (
  docker: Docker,
  names: readonly string[],
  line: (text: string) => void,
): Promise<void> => {
  for (const name of names) {
    const { code } = await docker.try(['rmi', name])
    line(code === 0 ? `Removed ${name} from Docker.` : `Docker keeps ${name}: it is in use.`)
  }
}
