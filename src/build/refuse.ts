import { Failure } from '../failure.ts'
import type { ImageReference } from '../image/reference.ts'
import { toTexts } from '../inputs/entries.ts'
import { usualPlatform } from './dockerfile/find.ts'
import { isForFolder, type Target } from './target.ts'

/**
 * An image in `images` is loaded as Docker has it at the start, so one that this step is about to
 * build would be the old one or the new one, as it happens.
 *
 * @throws {Failure} naming them
 */
export const refuseOwnImages = (
  images: readonly ImageReference[],
  targets: readonly Target[],
): void => {
  for (const image of images) {
    const target = targets.find(({ tags }) =>
      tags.some(({ canonical }) => canonical === image.canonical),
    )
    if (target === undefined) continue
    const remedy = target.isWanted
      ? `Remove ${image.given} from images: what the step builds is loaded anyway.`
      : `Remove ${image.given} from images, and add ${target.name} to targets, so that it is loaded.`
    throw new Failure(`images names ${image.given}, which this step itself builds`, { remedy })
  }
}

/**
 * Only the containerd store holds an image for several platforms; what goes into the nodes at once is for
 * theirs.
 *
 * @throws {Failure} naming the first target that asks for them
 */
export const refuseSeveralPlatforms = (
  targets: readonly Target[],
  { driver, hasContainerdStore }: { readonly driver: string; readonly hasContainerdStore: boolean },
): void => {
  for (const target of targets) {
    const platforms = toTexts(target.bake.definition['platforms'])
    if (platforms.length < 2 || target.output === 'cache') continue
    const isLayout = isForFolder(target)
    if (hasContainerdStore && !isLayout) continue
    const what = `${target.name} is for several platforms (${platforms.join(', ')})`
    if (isLayout) {
      const how = `Name the nodes' platform, ${onePlatformOf(platforms)}, and build for others in a step of its own.`
      throw new Failure(`${what}, and nodes take an image for one`, { remedy: how })
    }
    throw new Failure(`${what}, and Docker's ${driver} store holds one`, {
      remedy: `Set bake-set: ${target.name}.platform=${onePlatformOf(platforms)}, as the nodes need no other, or use Docker's containerd image store.`,
    })
  }
}

/** That of the nodes, as far as this machine tells: they run beside us, mostly. */
const onePlatformOf = (platforms: readonly string[]): string =>
  platforms.includes(usualPlatform) ? usualPlatform : (platforms[0] ?? usualPlatform)
