import { isForFolder } from '../build/target.ts'
import type { Facts } from '../facts/facts.ts'
import { toRepository } from '../image/reference.ts'
import type { Sizes } from '../image/sizes.ts'
import type { NodePlan } from '../load/plan-method.ts'
import { toRemembered } from '../memory/targets.ts'
import { type Filesystem, findDockers, findUse } from '../storage/filesystems.ts'

/** What has to be written. */
type Written =
  | { readonly kind: 'images' }
  /** The copies of a builder that has a store of its own. */
  | { readonly kind: 'builder' }
  /** One image, as such a builder hands it over. */
  | { readonly kind: 'export' }
  | { readonly kind: 'copies'; readonly node: string }
  /** Files for nodes, once. */
  | { readonly kind: 'files' }
  /** One image, as kind loads it. */
  | { readonly kind: 'tar' }

export type Need = Written & { readonly bytes: number }

/** Where something has to be written. */
type Placed = { readonly need: Need; readonly filesystem: Filesystem | undefined }

const largestOf = (sizes: readonly number[]): number => Math.max(0, ...sizes)

/** Images go from their builder through a folder into the nodes. */
const areLayouts = ({ targets }: Facts): boolean => targets.some(isForFolder)

const toBuildNeeds = (facts: Facts, sizes: Sizes): readonly Placed[] => {
  const { builder, filesystems } = facts
  const { totalBytes, each } = sizes
  const dockers = findDockers(filesystems)
  const temp = findUse(filesystems, ({ kind }) => kind === 'temp')
  const isLayout = areLayouts(facts)
  // Each goes as soon as it is loaded; one that Docker gets is a tar that the daemon puts down first.
  const exported: Placed = {
    need: { kind: 'export', bytes: largestOf(each) },
    filesystem: isLayout ? temp : dockers,
  }
  const images: Placed = { need: { kind: 'images', bytes: totalBytes }, filesystem: dockers }
  const needs = isLayout ? [exported] : [images]
  if (builder?.driver !== 'docker-container' || !builder.isLocal) return needs
  // It has a store of its own.
  const own: Placed = { need: { kind: 'builder', bytes: totalBytes }, filesystem: dockers }
  return isLayout ? [...needs, own] : [...needs, own, exported]
}

/** An image to load, with what it is called wherever it is. */
type Loaded = { readonly repository: string; readonly bytes: number }

const toLoaded = ({ targets, images, lastSizes }: Facts): readonly Loaded[] => [
  ...toRemembered(targets).flatMap((target, index) => {
    const bytes = lastSizes?.each[index]
    if (bytes === undefined) return []
    return [{ repository: toRepository(target.tags[0]?.canonical ?? ''), bytes }]
  }),
  ...images.map(({ references, sizeBytes }) => ({
    repository: toRepository(references[0]?.canonical ?? ''),
    bytes: sizeBytes,
  })),
]

/**
 * What a node that has other versions of some images lacks at least, and the largest that it lacks:
 * of those that it has, perhaps nothing has changed.
 */
const findLacking = (facts: Facts, node: string) => {
  const there = new Set(facts.nodeImages.get(node)?.map(toRepository))
  const loaded = toLoaded(facts)
  const lacking = loaded.filter(({ repository }) => !there.has(repository))
  const sum = (all: readonly Loaded[]): number => all.reduce((bytes, one) => bytes + one.bytes, 0)
  const given = facts.images.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0)
  const totalBytes = given + (facts.lastSizes?.totalBytes ?? 0)
  const bytes = Math.max(0, totalBytes - (sum(loaded) - sum(lacking)))
  return { bytes, largestBytes: largestOf(lacking.map((one) => one.bytes)) }
}

/** What a load writes into one node at least; links cost nothing that is worth counting. */
const toLoadNeeds = (facts: Facts, { node, choice }: NodePlan): readonly Placed[] => {
  const { filesystems } = facts
  const { bytes, largestBytes } = findLacking(facts, node.name)
  if (bytes === 0) return []
  const filesystem = findUse(filesystems, (use) => use.kind === 'node' && use.name === node.name)
  const copies = (times: number): Placed => ({
    need: { kind: 'copies', node: node.name, bytes: times * bytes },
    filesystem,
  })
  const isReachable = filesystem === findDockers(filesystems)
  if (areLayouts(facts)) return [copies(1)]
  switch (choice.kind) {
    case 'direct':
      return choice.wanted === 'copy' || !isReachable ? [copies(1)] : []
    case 'stream':
      return [copies(1)]
    case 'kind': {
      const temp = findUse(filesystems, ({ kind }) => kind === 'temp')
      return [copies(2), { need: { kind: 'tar', bytes: largestBytes }, filesystem: temp }]
    }
  }
}

/** The store's, and each node's own where pods may write to it. */
const toFilesNeeds = ({ nodeFiles, filesystems }: Facts): readonly Placed[] => {
  const bytes = nodeFiles.files.reduce((sum, { files, found, into }) => {
    const copies = into.length === 0 ? 0 : 1 + (files.isWritable ? into.length : 0)
    return sum + copies * found.source.sizeBytes
  }, 0)
  // What comes from elsewhere lies in the temp folder until the nodes have it.
  const fetchedBytes = nodeFiles.files.reduce((sum, { found, into }) => {
    const isFetched = found.kind === 'remote' && into.length > 0
    return sum + (isFetched ? found.source.sizeBytes : 0)
  }, 0)
  const temp = findUse(filesystems, ({ kind }) => kind === 'temp')
  return [
    { need: { kind: 'files', bytes } as const, filesystem: findDockers(filesystems) },
    { need: { kind: 'files', bytes: fetchedBytes } as const, filesystem: temp },
  ].filter(({ need }) => need.bytes > 0)
}

const sumUp = (facts: Facts, needs: readonly Placed[], keep: readonly string[]) =>
  facts.filesystems.map((filesystem) => {
    const here = needs.filter((each) => each.filesystem === filesystem).map(({ need }) => need)
    const free = facts.freeable.filter(
      ({ name, device }) => device === filesystem.device && !keep.includes(name),
    )
    const isDockers = filesystem === findDockers(facts.filesystems)
    return {
      filesystem,
      /** As far as sizes are known. */
      needs: here,
      neededBytes: here.reduce((sum, { bytes }) => sum + bytes, 0),
      /** What may be deleted there, as it usually is. */
      freeableBytes: free.reduce((sum, { typicalBytes }) => sum + typicalBytes, 0),
      /** Docker's images and build cache there, which builds may reuse. */
      reusableBytes: isDockers ? facts.reusableBytes : 0,
    }
  })

/** What one filesystem has to take, and what it has. */
export type Sum = Readonly<ReturnType<typeof sumUp>[number]>

/**
 * Sums up what builds and loads write where, from the sizes that the images had last time.
 *
 * @param keep names of the catalog's entries that must stay
 */
export const planDisk = (facts: Facts, nodes: readonly NodePlan[], keep: readonly string[]) => {
  const { lastSizes } = facts
  const needs = [
    ...(lastSizes === undefined ? [] : toBuildNeeds(facts, lastSizes)),
    ...nodes.flatMap((node) => toLoadNeeds(facts, node)),
    ...toFilesNeeds(facts),
  ]
  /** Of the images to build; undefined before they were built once. */
  const sizes = lastSizes
  return { sums: sumUp(facts, needs, keep), sizes }
}

export type DiskPlan = Readonly<ReturnType<typeof planDisk>>

/** Sizes are rounded, and images change a little: what is this close is tried. */
const tolerance = 0.95

/** Nobody knows what of its part a builder, or the store of files, has already. */
const isCertain = ({ kind }: Need): boolean =>
  kind !== 'builder' && kind !== 'export' && kind !== 'files'

/** True when not even all that could be freed would make room, should images be as they were. */
export const cannotFit = ({ filesystem, needs, freeableBytes, reusableBytes }: Sum): boolean => {
  const neededBytes = needs.filter(isCertain).reduce((sum, { bytes }) => sum + bytes, 0)
  return neededBytes * tolerance > filesystem.freeBytes + freeableBytes + reusableBytes
}
