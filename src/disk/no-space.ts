import timers from 'node:timers/promises'
import type { Facts } from '../facts/facts.ts'
import { type Filesystem, findDockers, findFilesystems } from '../facts/filesystems.ts'
import { Failure, renderError } from '../failure.ts'
import type { Ask, EngineApi } from '../host/engine-api.ts'
import { formatBytes } from '../report/format.ts'
import { renderFilesystem } from './explain.ts'

/** Whoever says it: the daemon, BuildKit, a node, or a program in a build. */
const pattern = /no space left on device|\bENOSPC\b|disk quota exceeded/i

export const saysNoSpace = (text: string): boolean => pattern.test(text)

export const isNoSpace = (error: unknown): boolean => saysNoSpace(renderError(error))

/** Full, or as good as: what was half done has been removed meanwhile. */
const isFull = ({ freeBytes, totalBytes, freeInodes, totalInodes }: Filesystem): boolean =>
  freeBytes < Math.max(0.03 * totalBytes, 100_000_000) ||
  (totalInodes > 0 && freeInodes < 0.01 * totalInodes)

/** What the disks are like after something did not fit. */
export type DiskState = {
  readonly filesystems: readonly Filesystem[]
  readonly full: readonly Filesystem[]
}

/** Looks once more, as what was found before the builds is no longer true. */
export const lookAgain = async (
  api: EngineApi,
  { engine, nodes }: Facts,
  tempDir: string,
): Promise<DiskState> => {
  const { filesystems } = await findFilesystems(api, engine, nodes, tempDir)
  return { filesystems, full: filesystems.filter(isFull) }
}

/** True when room on Docker's filesystem could help: it is full itself, or nobody knows which is. */
export const couldHelp = ({ filesystems, full }: DiskState): boolean => {
  const dockers = findDockers(filesystems)
  return full.length === 0 || (dockers !== undefined && full.includes(dockers))
}

type Sized = { readonly Size?: number; readonly SizeRw?: number; readonly Shared?: boolean }
type Usage = {
  readonly LayersSize?: number
  readonly BuildCache?: readonly Sized[] | null
  readonly Containers?: readonly Sized[] | null
  readonly Volumes?: readonly { readonly UsageData?: Sized | null }[] | null
}

/** What Docker's data consists of, largest first. */
export const renderUsage = (usage: Usage): string => {
  const sum = (sizes: readonly (number | undefined)[] = []): number =>
    sizes.reduce<number>((all, size) => all + Math.max(0, size ?? 0), 0)
  const cache = usage.BuildCache?.filter(({ Shared }) => Shared !== true)
  const parts = [
    { what: 'images', bytes: usage.LayersSize ?? 0 },
    { what: 'build cache', bytes: sum(cache?.map(({ Size }) => Size)) },
    { what: 'containers', bytes: sum(usage.Containers?.map(({ SizeRw }) => SizeRw)) },
    { what: "volumes, the nodes' too", bytes: sum(usage.Volumes?.map((v) => v.UsageData?.Size)) },
  ]
  return parts
    .toSorted((a, b) => b.bytes - a.bytes)
    .map(({ what, bytes }) => `${what} ${formatBytes(bytes)}`)
    .join(', ')
}

/** Docker counts every file for this; the reason of a failure is worth some seconds. */
const usageDeadlineMs = 15_000

const findUsage = async (ask: Ask): Promise<string> => {
  const late = timers.setTimeout(usageDeadlineMs, undefined, { ref: false })
  const usage = await Promise.race([ask<Usage>('/system/df'), late]).catch(() => undefined)
  if (usage === undefined) return ''
  return `. Docker's data there: ${renderUsage(usage)} (a file that nodes share with Docker counts twice)`
}

/**
 * What to say of something that did not fit: where it was full, and what fills it.
 *
 * @param tried what was done to make room, or why nothing was
 */
export const explainNoSpace = async (
  api: EngineApi,
  error: unknown,
  state: DiskState,
  tried: string,
): Promise<Failure> => {
  const { filesystems, full } = state
  const fullest = filesystems.toSorted((a, b) => a.freeBytes - b.freeBytes).slice(0, 1)
  const shown = full.length > 0 ? full : fullest
  const lines = shown.map(renderFilesystem).join('; ')
  const where = full.length > 0 ? 'Full:' : 'Now, without what was half done:'
  const dockers = findDockers(filesystems)
  const isDockers = dockers !== undefined && shown.includes(dockers)
  const usage = isDockers ? await findUsage(api.ask) : ''
  const what = error instanceof Error ? error.message : String(error)
  return new Failure(`${what.replace(/\.$/, '')}. ${where} ${lines}${usage}. ${tried}`, {
    cause: error,
    remedy:
      'Build fewer or smaller images in this job, free the disk before this step (`docker system prune`, `docker buildx prune`), or take a runner with a larger one.',
  })
}
