import type { Freeing } from '../disk/free-disk.ts'
import type { Facts } from '../facts/facts.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { type CatalogEntry, catalog } from '../storage/catalog.ts'
import { findDockers } from '../storage/filesystems.ts'
import type { DiskPlan } from './disk.ts'

/**
 * What a build of unknown size should find: hosted runners promise 14 GB in all, and the story's
 * largest image takes 7 GB while its layers are unpacked beside the build cache.
 */
export const comfortableBytes = 16_000_000_000

/** For stages that are not part of an image, the context, logs and what else the job writes. */
const spareBytes = 2_000_000_000
const spareShare = 0.25

type Asked = Pick<Inputs, 'freeDisk' | 'freeDiskKeep'>

/** Of the catalog, what this machine has where it helps Docker, and what is not to be kept. */
export const findEntries = (asked: Asked, facts: Facts): readonly CatalogEntry[] => {
  const { freeable, filesystems } = facts
  const device = findDockers(filesystems)?.device
  const helps = (name: string): boolean =>
    freeable.some((each) => each.name === name && each.device === device)
  return catalog.filter(({ name }) => helps(name) && !asked.freeDiskKeep.includes(name))
}

/** What `auto` wants to be free before images are built and loaded. */
const toWantedBytes = ({ targets }: Facts, { sums, sizes }: DiskPlan): number => {
  if (targets.length > 0 && sizes === undefined) return comfortableBytes
  const dockers = sums.find(({ filesystem }) =>
    filesystem.uses.some(({ kind }) => kind === 'docker'),
  )
  const neededBytes = dockers?.neededBytes ?? 0
  return neededBytes === 0 ? 0 : Math.ceil(neededBytes * (1 + spareShare)) + spareBytes
}

/** Decides what to free. Self-hosted runners' files are not ours to delete, whatever was asked. */
export const planFreeing = (asked: Asked, facts: Facts, disk: DiskPlan): Freeing | undefined => {
  const { freeDisk, freeDiskKeep } = asked
  if (freeDisk === 'never' || !facts.isHostedRunner) return undefined
  if (freeDisk === 'always') {
    const entries = catalog.filter(({ name }) => !freeDiskKeep.includes(name))
    return { entries, targetFreeBytes: undefined }
  }
  const freeBytes = findDockers(facts.filesystems)?.freeBytes
  const targetFreeBytes = freeDisk === 'auto' ? toWantedBytes(facts, disk) : freeDisk.targetBytes
  const entries = findEntries(asked, facts)
  const isShort = freeBytes !== undefined && freeBytes < targetFreeBytes
  return isShort && entries.length > 0 ? { entries, targetFreeBytes } : undefined
}
