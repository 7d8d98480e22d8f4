import { isForFolder, type Target } from '../build/target.ts'
import type { Freeing } from '../disk/free-disk.ts'
import { findPruneObjection } from '../disk/prune-cache.ts'
import type { Facts } from '../facts/facts.ts'
import type { ContainerImage } from '../image/image.ts'
import { isNameless } from '../image/own-names.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { NodePlan } from '../load/plan-method.ts'
import { toRemembered } from '../memory/targets.ts'
import { toDockersFolder } from '../storage/filesystems.ts'
import { planArchives } from './archives.ts'
import { planRestoringBuilds } from './build-cache.ts'
import { afterMounts, planKeeping, planRestoring } from './cache-mounts.ts'
import { planFiles, usersOfToken } from './files.ts'
import {
  afterReport,
  createToLoad,
  createToReport,
  nodesFirst,
  planCluster,
  type ToLoad,
  type ToReport,
} from './loads.ts'
import { planPulls } from './pulls.ts'
import { idsOf, type Step, toBuildId, toStep } from './steps.ts'
import type { ImageSource, StepId } from './work.ts'

/** Builds and loads begin as soon as there is room; freeing goes on beside them. */
const planDiskSteps = (freeing: Freeing | undefined, folder: string): readonly Step[] =>
  freeing === undefined
    ? []
    : [
        toStep('free disk', { kind: 'free-disk', freeing, folder }),
        toStep('wait for disk', { kind: 'await-disk', freeing: 'free disk', folder }),
      ]

/**
 * The first is loaded at once. The others may lose their names meanwhile, and with them their place in
 * the containerd store, so they are held; the other store keeps them.
 */
const planGiven = (
  images: readonly ContainerImage[],
  isAtRisk: boolean,
  toLoad: ToLoad,
  toReport: ToReport,
  room: readonly StepId[],
): readonly Step[] =>
  images.flatMap((image, index) => {
    const { id, references } = image
    const hold =
      isAtRisk && index > 0 ? toStep(`hold ${id}`, { kind: 'hold-image', image }) : undefined
    const source: ImageSource =
      hold === undefined ? { kind: 'local', image } : { kind: 'held', by: hold.id }
    const needs = hold === undefined ? room : [hold.id, ...room]
    const reports = toReport(references, source, needs)
    const load = afterReport(toLoad(references, source, needs), reports)
    const steps = [...(hold === undefined ? [] : [hold]), load, ...reports]
    if (isNameless(id, references)) return steps
    const release = { kind: 'release-image', image, loadedBy: load.id } as const
    const after = [load.id, ...idsOf(reports)]
    return [...steps, toStep(`release ${id}`, release, { after, isFinal: true })]
  })

/**
 * First those upon which the longest rows of others are built, as these all wait; else as they were given. So
 * each comes after those that it is built upon.
 */
const inOrder = (targets: readonly Target[]): readonly Target[] => {
  const rows = new Map<Target, number>()
  /** How many are in the longest row upon it. */
  const rowUpon = (target: Target): number => {
    const known = rows.get(target)
    if (known !== undefined) return known
    // Bake has refused circles.
    const upon = targets.filter(({ dependsOn }) => dependsOn.includes(target.name))
    const row = Math.max(0, ...upon.map((other) => rowUpon(other) + 1))
    rows.set(target, row)
    return row
  }
  return targets.toSorted((one, other) => rowUpon(other) - rowUpon(one))
}

/** What an image left on its way into the nodes. */
const planDrop = (target: Target, after: readonly StepId[]): readonly Step[] => {
  const { name, intermediate } = target
  const order = { after, isFinal: true }
  if (isForFolder(target))
    return [toStep(`drop the files of ${name}`, { kind: 'drop-layout', target }, order)]
  if (intermediate === undefined) return []
  return [toStep(`drop ${intermediate}`, { kind: 'drop-image', name: intermediate }, order)]
}

/**
 * Wanted targets with the tags of this one, itself among them: no other build may have these, so all make
 * one image, as services of Compose often do.
 */
const findTwins = ({ tags }: Target, targets: readonly Target[]): readonly Target[] =>
  targets.filter((other) => other.isWanted && other.tags[0]?.canonical === tags[0]?.canonical)

/** Whether all nodes that there are get links, for which an image is unpacked once. */
const isDirect = (load: Step): boolean =>
  load.kind === 'load' && load.into.every(({ choice }) => choice.kind === 'direct')

const planBuilds = (
  inputs: Inputs,
  facts: Facts,
  toLoad: ToLoad,
  toReport: ToReport,
  room: readonly StepId[],
): readonly Step[] => {
  const { retries, cacheRequired } = inputs
  const { targets, nodes } = facts
  const ordered = inOrder(targets)
  const restoring = planRestoringBuilds(inputs, facts, ordered, room)
  const builds = ordered.flatMap((target) => {
    const { name, tags, isWanted, output, dependsOn } = target
    const id = toBuildId(name)
    const needs = [...dependsOn.map(toBuildId), ...room]
    const isAlone = targets.length === 1
    const looked = output === 'registry' ? idsOf(restoring) : []
    const isLoaded = isWanted && output !== 'cache' && tags.length > 0
    const twins = isLoaded ? findTwins(target, ordered) : []
    // Once all of them are over, as each of them gives Docker the names that a load may take away.
    const made = twins.map((twin) => toBuildId(twin.name))
    const source = { kind: 'built', by: id } as const
    const load = toLoad(tags, source, made)
    const isLayout = isForFolder(target)
    const loadedBy = isLayout ? load.id : undefined
    const reports = isLoaded ? toReport(tags, source, made, loadedBy, target) : []
    const isBeside = isLayout && isDirect(load)
    const own = isBeside ? ({ ...load, lane: 'cached-load' } as const) : load
    const loads = isLoaded ? [isLayout ? own : afterReport(load, reports)] : []
    const wantsOrigins = reports.length > 0
    const order = { target, isAlone, retries, cacheRequired, nodes, wantsOrigins }
    const upon = targets.filter((other) => other.dependsOn.includes(name))
    const users = [...idsOf([...loads, ...reports]), ...upon.map((other) => toBuildId(other.name))]
    return [
      toStep(
        id,
        { kind: 'build', ...order },
        { needs, after: [...looked, ...afterMounts(facts, name)], lane: 'build' },
      ),
      ...(twins.at(-1) === target ? [...loads, ...reports] : []),
      ...planDrop(target, [id, ...users]),
    ]
  })
  return [...restoring, ...builds]
}

/** What is done once all is built. */
const planAfterBuilds = (
  { credentials }: Inputs,
  facts: Facts,
  others: readonly StepId[],
): readonly Step[] => {
  const { targets, lastSizes, keptFor: repository } = facts
  const after = targets.map(({ name }) => toBuildId(name))
  const users = [...after, ...others]
  if (users.length === 0) return []
  const remembered = toRemembered(targets)
  const sizes = { kind: 'record-sizes', targets: remembered, lastSizes } as const
  return [
    ...(credentials.kind === 'app'
      ? [toStep('revoke token', { kind: 'revoke-token' }, { after: users, isFinal: true })]
      : []),
    // Before the loads have ended, as it may be they that fail on a disk that is too small.
    ...(repository === undefined || after.length === 0
      ? []
      : [toStep('record sizes', { ...sizes, repository }, { after, isFinal: true })]),
    ...(targets.some(({ intermediate }) => intermediate !== undefined)
      ? [toStep('drop leftovers', { kind: 'drop-leftovers' }, { after })]
      : []),
  ]
}

/**
 * Steps are known by their ids: of two with one, the second would be told as done when the first is.
 *
 * @throws {Error} for a fault of ours
 */
const requireOwnIds = (steps: readonly Step[]): readonly Step[] => {
  const shared = idsOf(steps).find((id, at, ids) => ids.indexOf(id) !== at)
  if (shared === undefined) return steps
  throw new Error(`The plan has two steps called ${shared}`)
}

/** Puts together what is to be done, and what has to wait for what. */
export const planSteps = (
  inputs: Inputs,
  facts: Facts,
  nodes: readonly NodePlan[],
  freeing: Freeing | undefined,
): readonly Step[] => {
  const { images, engine } = facts
  const disk = planDiskSteps(freeing, toDockersFolder(facts))
  const room = disk.filter(({ kind }) => kind === 'await-disk').map(({ id }) => id)
  const toLoad = createToLoad(inputs, facts, nodes)
  const toReport = createToReport(inputs, facts)
  const first = nodesFirst(inputs)
  const files = planFiles(inputs, facts, room, first)
  const main = [
    ...planCluster(inputs),
    ...disk,
    ...files,
    ...planRestoring(facts),
    ...planGiven(images, engine.hasContainerdStore, toLoad, toReport, room),
    ...planArchives(facts, toLoad, toReport, room),
    ...planPulls(inputs, facts, toLoad, toReport, room),
    ...planBuilds(inputs, facts, toLoad, toReport, room),
  ]
  const prunes = inputs.pruneCache === 'always' && findPruneObjection(facts) === undefined
  const needs = idsOf(main.filter(({ isFinal }) => !isFinal))
  const keeping = planKeeping(inputs, facts, needs)
  // Pruning takes what cache mounts have, too.
  const order = { needs, after: idsOf(keeping) }
  return requireOwnIds([
    ...main,
    ...keeping,
    ...planAfterBuilds(inputs, facts, usersOfToken(inputs, files, first)),
    ...(prunes ? [toStep('prune cache', { kind: 'prune-cache' }, order)] : []),
  ])
}
