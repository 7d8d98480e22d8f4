import type { Docker } from '../docker/docker.ts'
import type { Get } from '../docker/engine-api.ts'
import type { KeepImages } from '../inputs/choices.ts'
import type { ImageLoad } from './task.ts'

/** A name in Docker's store, and the image that it should be of. */
type Named = { readonly given: string; readonly canonical: string; readonly id: string }

/**
 * The names that may go from Docker's store. Where links share the files, removing a name frees
 * nothing, so `auto` keeps it.
 */
export const planDropping = (
  loads: readonly ImageLoad[],
  keepImages: KeepImages,
): readonly Named[] =>
  loads
    .filter(
      ({ nodes }) =>
        keepImages === 'never' ||
        nodes.every(({ way }) => way === 'copy' || way === 'stream' || way === 'kind'),
    )
    .flatMap(({ image: { references, id } }) => references.map((each) => ({ ...each, id })))

/** Of what a container uses, Docker refuses to remove the last name alone, and a load has given it one more. */
const isUsed = async (get: Get, id: string): Promise<boolean> => {
  const filters = encodeURIComponent(JSON.stringify({ ancestor: [id] }))
  const path = `/containers/json?all=true&filters=${filters}`
  const found = await get<readonly { readonly ImageID: string }[]>(path)
  // Those of images that are built upon it are found, too.
  return (found ?? []).some(({ ImageID }) => ImageID === id)
}

/**
 * Removes names; layers go with the last of them. What is in use stays, and that is no failure; so
 * does a name that somebody else has given to another image.
 */
export const dropImages = async (
  docker: Docker,
  get: Get,
  names: readonly Named[],
  line: (text: string) => void,
): Promise<void> => {
  for (const { given, canonical, id } of names) {
    const now = await get<{ readonly Id: string }>(`/images/${canonical}/json`)
    // Somebody else was quicker.
    if (now === undefined) continue
    if (now.Id !== id) {
      line(`Docker keeps ${given}: it names another image now.`)
      continue
    }
    const isGone = !(await isUsed(get, id)) && (await docker.try(['rmi', given])).code === 0
    line(isGone ? `Removed ${given} from Docker.` : `Docker keeps ${given}: it is in use.`)
  }
}
