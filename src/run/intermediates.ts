import type { EngineApi } from '../docker/engine-api.ts'
import { Failure } from '../failure.ts'
import type { LocalImage } from '../image/image.ts'
import { isNameless } from '../image/own-names.ts'
import { handoverRepository } from '../ownership.ts'
import type { MakeStep } from '../plan/plan.ts'

/** GitHub ends jobs on self-hosted runners after five days, and all others sooner. */
const longestJobMs = 5 * 24 * 60 * 60 * 1_000

/**
 * True for a name that no step can be using any more, as its machine died before post could run. Who does
 * not know the time writes one of the year 1.
 */
export const isLeftOver = (lastTagTime: string | undefined, nowMs: number): boolean => {
  const taggedMs = Date.parse(lastTagTime ?? '')
  return taggedMs > 0 && nowMs - taggedMs > longestJobMs
}

type Listed = { readonly RepoTags?: readonly string[] | null }
type Inspected = { readonly Id: string; readonly Metadata?: { readonly LastTagTime?: string } }

const findLeftOvers = async ({ ask }: EngineApi): Promise<readonly string[]> => {
  const everyRun = handoverRepository('')
  const filters = encodeURIComponent(JSON.stringify({ reference: [`${everyRun}*`] }))
  const images = (await ask<readonly Listed[]>(`/images/json?filters=${filters}`)) ?? []
  const names = images.flatMap(({ RepoTags }) => RepoTags ?? [])
  const ours = names.filter((name) => name.startsWith(everyRun))
  const inspected = await Promise.all(ours.map((name) => ask<Inspected>(`/images/${name}/json`)))
  const now = Date.now()
  return ours.filter((_, index) => isLeftOver(inspected[index]?.Metadata?.LastTagTime, now))
}

/**
 * Gives an image a name that only this run uses. Its own names may be given to another one at any
 * moment, and Docker's containerd store drops an image with its last name.
 *
 * @throws {Failure} when Docker has it no more
 */
const holdImage = async (
  { ask, tell }: EngineApi,
  runId: string,
  image: LocalImage,
): Promise<LocalImage> => {
  const repository = handoverRepository(runId)
  const tag = image.id.replace(/^sha256:/, '').slice(0, 32)
  const name = `${repository}:${tag}`
  await tell('POST', `/images/${image.id}/tag?repo=${encodeURIComponent(repository)}&tag=${tag}`)
  const held = await ask<Inspected>(`/images/${name}/json`)
  if (held?.Id === image.id) return { ...image, heldAs: name }
  const names = image.references.map(({ given }) => given).join(', ')
  throw new Failure(`Docker no longer has the image that ${names} was when this step began`, {
    remedy: 'Something beside this step gives its name to another image, or removes it.',
  })
}

/** The names that only this run uses, each for as long as somebody needs it. */
export type Handovers = {
  /** Holds an image that was not built here; again for one that is held costs nothing. */
  readonly hold: (image: LocalImage) => Promise<LocalImage>
  /** An image is in the nodes. */
  readonly loaded: (image: LocalImage) => Promise<void>
  /** Nothing is built upon anything any more. */
  readonly built: () => Promise<void>
  /** Nobody needs any of them any more. */
  readonly end: () => Promise<void>
}

/**
 * Names go as soon as they are not needed: with the last name of an image go its layers. What is
 * left of machines that died goes, too.
 */
export const createHandovers = (
  api: EngineApi,
  { targets }: MakeStep,
  runId: string,
): Handovers => {
  const held = new Set(targets.flatMap(({ handover }) => handover ?? []))
  const waiting = new Set(
    targets.flatMap(({ handover, isWanted, tags }) =>
      handover !== undefined && isWanted && tags.length > 0 ? [handover] : [],
    ),
  )
  const bases = new Set(
    targets.flatMap(({ dependsOn }) =>
      dependsOn.flatMap((base) => targets.find(({ name }) => name === base)?.handover ?? []),
    ),
  )
  // What was never made, or is gone already, is what we want.
  const drop = async (names: Iterable<string>): Promise<void> => {
    for (const name of names) {
      held.delete(name)
      const path = `/images/${name}`
      // Refused where it is the last name, and a container uses the image: then only the name goes.
      const again = () => api.tell('DELETE', `${path}?force=true`)
      await api
        .tell('DELETE', path)
        .catch(again)
        .catch(() => {})
    }
  }
  const unneeded = (): readonly string[] =>
    [...held].filter((name) => !waiting.has(name) && !bases.has(name))
  return {
    hold: async (image) => {
      // The first name of an image that has none would be its last one as well: Docker drops it with that.
      if (image.heldAs !== undefined || isNameless(image.id, image.references)) return image
      const holding = await holdImage(api, runId, image)
      if (holding.heldAs !== undefined) {
        held.add(holding.heldAs)
        waiting.add(holding.heldAs)
      }
      return holding
    },
    loaded: async ({ heldAs }) => {
      if (heldAs !== undefined) waiting.delete(heldAs)
      await drop(unneeded())
    },
    built: async () => {
      bases.clear()
      if (held.size === 0) return
      await drop([...unneeded(), ...(await findLeftOvers(api).catch(() => []))])
    },
    end: () => drop([...held]),
  }
}
