import { Failure } from '../failure.ts'
import type { FreeDisk } from '../inputs/choices.ts'
import type { Filesystem, Use } from '../storage/filesystems.ts'
import { formatBytes } from '../text/format.ts'
import { cannotFit, type DiskPlan, type Need, type Sum } from './disk.ts'

const nameUse = (use: Use): string => {
  if (use.kind === 'node') return use.name
  return use.kind === 'docker' ? "Docker's data" : 'the temp folder'
}

/** Such as `/var/lib/docker (Docker's data, kind-worker): 5.0 GB of 14 GB free, 812,000 inodes`. */
export const renderFilesystem = (filesystem: Filesystem): string => {
  const { path, uses, freeBytes, totalBytes, freeInodes, totalInodes } = filesystem
  const names = uses.map(nameUse).join(', ')
  // Some filesystems make inodes as they need them, and count none.
  const inodes = totalInodes === 0 ? '' : `, ${freeInodes.toLocaleString('en')} inodes`
  return `${path} (${names}): ${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} free${inodes}`
}

const needNames = {
  images: 'images',
  builder: "the builder's copies",
  export: "one image's export from the builder",
  tar: "one image's tar",
  files: 'files for nodes',
} as const

const nameNeed = (need: Need): string =>
  need.kind === 'copies' ? `copies in ${need.node}` : needNames[need.kind]

const renderParts = (needs: readonly Need[]): string =>
  needs.map((need) => `${nameNeed(need)} ${formatBytes(need.bytes)}`).join(' + ')

/** A filesystem with what it has to take. */
export const renderSum = ({ filesystem, needs, neededBytes, freeableBytes }: Sum): string => {
  const need = needs.length === 0 ? '' : `; needed: ${formatBytes(neededBytes)}`
  const parts = needs.length < 2 ? '' : ` = ${renderParts(needs)}`
  const may = freeableBytes === 0 ? '' : `; reclaimable: about ${formatBytes(freeableBytes)}`
  return `${renderFilesystem(filesystem)}${need}${parts}${may}`
}

/** What would make room, most useful first. */
const findHelp = (sum: Sum, freeDisk: FreeDisk, keep: readonly string[]): readonly string[] => [
  ...(freeDisk === 'never' ? ['set free-disk: auto (on a GitHub-hosted runner)'] : []),
  ...(keep.length > 0 ? [`empty free-disk-keep (it protects ${keep.join(', ')})`] : []),
  ...(sum.needs.some(({ kind }) => kind === 'copies')
    ? ["keep the nodes on Docker's filesystem, where Slipway links images instead of copying them"]
    : []),
  ...(sum.needs.some(({ kind }) => kind === 'builder')
    ? ["use buildx's docker driver, which keeps no second copy"]
    : []),
  'build fewer images in this job (targets), or smaller ones',
  'use a runner with a larger disk',
]

/**
 * Says why the images cannot fit, as far as that is known before anything is built.
 *
 * @returns undefined when they may fit, or nobody knows how large they are
 */
export const explainShortage = (
  { sums, sizes }: DiskPlan,
  freeDisk: FreeDisk,
  keep: readonly string[],
): Failure | undefined => {
  const short = sums.filter(cannotFit)
  const [first] = short
  if (first === undefined) return undefined
  const lines = short.map((sum) => {
    const has = [`${formatBytes(sum.filesystem.freeBytes)} free`]
    if (sum.freeableBytes > 0) has.push(`about ${formatBytes(sum.freeableBytes)} reclaimable`)
    if (sum.reusableBytes > 0)
      has.push(`${formatBytes(sum.reusableBytes)} of images and build cache`)
    return `${renderFilesystem(sum.filesystem)}. Needed: ${formatBytes(sum.neededBytes)} (${renderParts(sum.needs)}); available: ${has.join(' + ')}`
  })
  const basis = sizes === undefined ? '' : ', going by their sizes in the last run'
  return new Failure(`The images do not fit on the disk${basis}: ${lines.join('; ')}`, {
    remedy: `To make them fit: ${findHelp(first, freeDisk, keep).join('; ')}. If the images are smaller now, re-run the job: a second attempt only warns.`,
  })
}
