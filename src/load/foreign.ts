import { isMachine } from '../cluster/node.ts'
import type { Get } from '../docker/engine-api.ts'
import { architecture } from '../host/architecture.ts'
import type { ContainerImage } from '../image/image.ts'
import type { NodePlan } from './plan-method.ts'

/** What an image is for, and the nodes that are something else; undefined where there are none. */
export const renderForeign = (
  { references, architecture }: Pick<ContainerImage, 'references' | 'architecture'>,
  nodes: readonly { readonly name: string; readonly architecture: string }[],
): string | undefined => {
  const others = nodes.filter((node) => architecture !== '' && node.architecture !== architecture)
  const [first] = others
  if (first === undefined) return undefined
  const name = references.map(({ given }) => given).join(', ')
  const names = others.map((node) => node.name).join(', ')
  return `${name} is built for ${architecture}, and ${names} ${others.length > 1 ? 'are' : 'is'} ${first.architecture}: its pods end with "exec format error", unless the machine emulates ${architecture}. Build it with the platform linux/${first.architecture}.`
}

type Machine = { readonly Architecture?: string; readonly Arch?: string }

/** Asks for what the nodes are: what their image is for, or the daemon where that is gone. */
export const findForeign = async (
  get: Get,
  image: ContainerImage,
  plans: readonly NodePlan[],
): Promise<string | undefined> => {
  const ids = [...new Set(plans.flatMap(({ node }) => (isMachine(node) ? [] : [node.imageId])))]
  const known = new Map(
    await Promise.all(
      ids.map(async (id) => {
        const found = (await get<Machine>(`/images/${id}/json`)) ?? (await get<Machine>('/version'))
        return [id, found?.Architecture ?? found?.Arch ?? image.architecture] as const
      }),
    ),
  )
  const nodes = plans.map(({ node }) => ({
    name: node.name,
    architecture: isMachine(node) ? architecture : (known.get(node.imageId) ?? image.architecture),
  }))
  return renderForeign(image, nodes)
}
