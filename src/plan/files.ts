import type { Facts } from '../facts/facts.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { NodeFiles } from '../inputs/node-files.ts'
import { type Step, toStep } from './steps.ts'
import type { StepId } from './work.ts'

const syncId = 'node files'

const planImages = (
  { nodes, nodeFiles: { files, images } }: Facts,
  isPossible: boolean,
): readonly Step[] => {
  const all = files.filter(({ image }) => image !== undefined)
  const wanted = all.filter(({ into }) => into.length > 0)
  if (wanted.length === 0 && !images.hasStale && !isPossible) return []
  const kept = all.flatMap(({ image }) => image?.reference ?? [])
  const work = { kind: 'image-volumes', wanted, sync: syncId, nodes, kept } as const
  const needs = wanted.length === 0 && !isPossible ? [] : [syncId]
  return [toStep('image volumes', { ...work, scope: images.scope }, { needs, lane: 'load' })]
}

/** Nothing where all nodes have all of it. */
export const planFiles = (
  inputs: Inputs,
  facts: Facts,
  room: readonly StepId[],
  /** What makes the nodes, where they are not there yet. */
  nodesFirst: readonly StepId[],
): readonly Step[] => {
  const { verifiesNodeFiles: verifies, nodeFilesCacheBytes: bytes, isTrusted } = inputs
  const { nodeFiles, filesCache } = facts
  const { files, removals } = nodeFiles
  // Nobody knows yet what nodes have that are still to be made.
  const isUnknown = nodesFirst.length > 0
  const isPossible = isUnknown && (files.length > 0 || inputs.prunesNodeFiles)
  const images = planImages(facts, isPossible && inputs.makesFilesImages)
  const wanted = files.filter(({ into }) => into.length > 0)
  if (wanted.length + removals.length === 0 && !isPossible) return images
  const scope = [filesCache?.repository, ...files.map(({ files: { given } }) => given)].join('\n')
  const mayWrite = isTrusted && filesCache?.mayWrite === true
  const cache =
    filesCache === undefined || bytes === undefined ? undefined : { bytes, scope, mayWrite }
  const work = { kind: 'sync-files', wanted, removals, verifies, cache } as const
  const needs = [...room, ...nodesFirst]
  return [toStep(syncId, work, { needs, lane: 'files' }), ...images]
}

const isLfs = ({ origin }: NodeFiles): boolean => origin.kind === 'lfs'

/** Git LFS is asked with the builds' token; for nodes that are still to be made, when they are there. */
export const usersOfToken = (
  { nodeFiles }: Pick<Inputs, 'nodeFiles'>,
  files: readonly Step[],
  nodesFirst: readonly StepId[],
): readonly StepId[] => {
  const mayAsk = nodesFirst.length > 0 && nodeFiles.some(isLfs)
  return files.flatMap((each) => {
    if (each.kind !== 'sync-files') return []
    return mayAsk || each.wanted.some((wanted) => isLfs(wanted.files)) ? [each.id] : []
  })
}
