import { describeFill } from '../disk/fill.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import type { Facts } from '../facts/facts.ts'
import { Failure } from '../failure.ts'
import type { Env } from '../host/command.ts'
import { comfortableBytes } from '../plan/freeing.ts'
import { renderFilesystem } from '../plan/shortage.ts'
import { type Filesystem, findDockers, findFilesystems, type Use } from '../storage/filesystems.ts'

/** Full, or as good as: what was half done has been removed meanwhile. */
const isFull = ({ freeBytes, totalBytes, freeInodes, totalInodes }: Filesystem): boolean =>
  freeBytes < Math.max(0.03 * totalBytes, 100_000_000) ||
  (totalInodes > 0 && freeInodes < 0.01 * totalInodes)

/** Inspects the disks once more: the builds have changed what was found before. */
export const inspectDisks = async (api: EngineApi, facts: Facts, tempDir: string) => {
  const { filesystems } = await findFilesystems(api, facts, tempDir)
  return { filesystems, full: filesystems.filter(isFull) }
}

/** What the disks are like after something did not fit. */
export type DiskState = Readonly<Awaited<ReturnType<typeof inspectDisks>>>

/** Nothing can be written: whatever failed just now failed for that, also where it says otherwise. */
export const isChoked = ({ filesystems }: DiskState): boolean =>
  filesystems.some(
    ({ freeBytes, freeInodes, totalInodes }) =>
      freeBytes < 32_000_000 || (totalInodes > 0 && freeInodes < 100),
  )

/**
 * False when all have as much as a build should find: then a program in it meant something else,
 * such as its shared memory, and nothing is said of disks.
 */
export const couldBeFull = ({ filesystems, full }: DiskState): boolean =>
  filesystems.length === 0 ||
  full.length > 0 ||
  filesystems.some(({ freeBytes }) => freeBytes < comfortableBytes)

/** True when room on Docker's filesystem could help: it is full itself, or nobody knows which is. */
export const couldHelp = ({ filesystems, full }: DiskState): boolean => {
  const dockers = findDockers(filesystems)
  return full.length === 0 || (dockers !== undefined && full.includes(dockers))
}

const remedies: Readonly<Record<Use['kind'], string>> = {
  docker:
    'Build fewer or smaller images in this job, free the disk before this step (`docker system prune`, `docker buildx prune`), or use a runner with a larger one.',
  node: "Remove images from the node (`docker exec NODE crictl rmi --prune`), give its /var a larger filesystem, or keep it on Docker's, where Slipway links images.",
  temp: 'Point RUNNER_TEMP at a folder with more free space, or set load-mode: auto, which needs none there.',
}

/**
 * What to say of something that did not fit: where it was full, and what fills it.
 *
 * @param tried what was done to make room, or why nothing was
 */
export const explainNoSpace = async (
  { api, facts, env }: { readonly api: EngineApi; readonly facts: Facts; readonly env: Env },
  error: unknown,
  { filesystems, full }: DiskState,
  tried: string,
): Promise<Failure> => {
  const fullest = filesystems.toSorted((a, b) => a.freeBytes - b.freeBytes).slice(0, 1)
  const shown = full.length > 0 ? full : fullest
  const lines = await Promise.all(
    shown.map(
      async (one) => renderFilesystem(one) + (await describeFill(api, facts.nodes, one, env)),
    ),
  )
  const where = full.length > 0 ? 'Full:' : 'After cleanup:'
  const what = error instanceof Error ? error.message : String(error)
  const kinds = shown[0]?.uses.map(({ kind }) => kind) ?? []
  const kind =
    (['docker', 'node', 'temp'] as const).find((each) => kinds.includes(each)) ?? 'docker'
  return new Failure(`${what.replace(/\.$/, '')}. ${where} ${lines.join('; ')}. ${tried}`, {
    cause: error,
    remedy: remedies[kind],
  })
}
