import type { ContainerNode } from '../cluster/node.ts'
import { commonFolder } from '../host/common-folder.ts'
import { filesRecords } from '../ownership.ts'
import { mountPoint } from './helper.ts'

type Mount = ContainerNode['mounts'][number]

const isWithin = (path: string, folder: string): boolean => path.startsWith(`${folder}/`)

/** The folder of the daemon's host that a path of a node is in. */
const findMount = (node: ContainerNode, path: string): Mount | undefined =>
  node.mounts
    .filter(({ destination }) => isWithin(path, destination))
    .toSorted((a, b) => b.destination.length - a.destination.length)[0]

const recordsFolder = `/var/${filesRecords}`

const varOf = (node: ContainerNode): Mount | undefined => findMount(node, recordsFolder)

/** Why a node can have nothing of ours at a path; undefined where it can. */
export const findNodeObjection = (node: ContainerNode, target: string): string | undefined => {
  const below = 'Take a path below /var, such as /var/local/models'
  const mount = findMount(node, target)
  if (mount === undefined)
    return `${target} is in the image of ${node.name} or in its memory, on no volume of it. ${below}`
  if (mount.isReadOnly)
    return `${mount.destination} is mounted read-only into ${node.name}. ${below}`
  if (varOf(node)?.destination !== '/var')
    return `${node.name} has no volume at /var for ${recordsFolder}, where Slipway keeps what it knows`
  return undefined
}

/** A path of a node, as the helper sees it. */
export type Place = {
  readonly destination: string
  readonly root: string
  readonly var: string
  readonly parent: string
  readonly name: string
}

/** What a helper has to see of the daemon's host, and where it sees the rest then. */
export const planView = (
  store: string,
  at: readonly { readonly node: ContainerNode; readonly target: string }[],
) => {
  const mountOf = (node: ContainerNode, path: string): Mount =>
    findMount(node, path) ?? { destination: '/var', source: store }
  const sources = at.flatMap(({ node, target }) => [
    mountOf(node, recordsFolder).source,
    mountOf(node, target).source,
  ])
  const mounted = commonFolder([store, ...sources])
  const inside = (path: string): string =>
    mounted === '/' ? `${mountPoint}${path}` : `${mountPoint}${path.slice(mounted.length)}`
  const toPlace = (node: ContainerNode, target: string): Place => {
    const { destination, source } = mountOf(node, target)
    const cut = target.lastIndexOf('/')
    return {
      destination,
      root: inside(source),
      var: inside(mountOf(node, recordsFolder).source),
      parent: target.slice(destination.length + 1, Math.max(cut, destination.length + 1)),
      name: target.slice(cut + 1),
    }
  }
  return { mounted, store: inside(store), toPlace }
}
