import type { Get } from './engine-api.ts'

/** A thing that takes room. */
type Sized = { readonly Size?: number; readonly SizeRw?: number; readonly Shared?: boolean }

type Image = Sized & { readonly Id: string }
type Volume = { readonly UsageData?: Sized | null }

/** What Docker's data consists of. */
export type Usage = {
  /** Layers that images share, counted once. */
  readonly LayersSize?: number | undefined
  readonly Images?: readonly Image[] | null | undefined
  readonly BuildCache?: readonly Sized[] | null | undefined
  readonly Containers?: readonly Sized[] | null | undefined
  readonly Volumes?: readonly Volume[] | null | undefined
}

/** Since API 1.52, Docker 29: what is zero or empty is left out. */
type Kind<Item> = { readonly TotalSize?: number; readonly Items?: readonly Item[] }

type Answer = Usage & {
  readonly ImageUsage?: Kind<Image>
  readonly BuildCacheUsage?: Kind<Sized>
  readonly ContainerUsage?: Kind<Sized>
  readonly VolumeUsage?: Kind<Volume>
}

const toUsage = (answer: Answer): Usage | undefined => {
  const { ImageUsage, BuildCacheUsage, ContainerUsage, VolumeUsage } = answer
  if (ImageUsage === undefined) return answer.LayersSize === undefined ? undefined : answer
  return {
    LayersSize: ImageUsage.TotalSize,
    Images: ImageUsage.Items,
    BuildCache: BuildCacheUsage?.Items,
    Containers: ContainerUsage?.Items,
    Volumes: VolumeUsage?.Items,
  }
}

type Part = 'build-cache' | 'container' | 'volume'

/**
 * Asks for what Docker's data consists of.
 *
 * @param parts what is to be counted, images among it
 * @returns undefined where Docker answers in words that are not known here
 */
export const findUsage = async (
  get: Get,
  parts: readonly ['image', ...Part[]],
): Promise<Usage | undefined> => {
  const types = parts.map((part) => `type=${part}`).join('&')
  // Without `verbose`, newer ones will count alone, and leave the lists out. Older ones do not know it.
  const answer = await get<Answer>(`/system/df?${types}&verbose=1`)
  return answer && toUsage(answer)
}
