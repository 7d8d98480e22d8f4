import { findAnnotated, findAttested } from '../build/exports.ts'
import { isContainer } from '../cluster/node.ts'
import { findPruneObjection } from '../disk/prune-cache.ts'
import { type Facts, toRegistered, toWanted } from '../facts/facts.ts'
import { toNodePaths } from '../facts/node-paths.ts'
import { Failure } from '../failure.ts'
import type { Log } from '../host/log.ts'
import { renderNameless } from '../image/own-names.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { findUsed } from '../manifests/check-images.ts'
import { checkManifests } from '../manifests/check-manifests.ts'
import { renderNamedImages, renderOthers } from '../manifests/find-images.ts'
import { noPaths } from '../manifests/given-files.ts'
import { renderPaused } from '../plan/image-cache.ts'
import type { Plan } from '../plan/plan.ts'
import { renderPullWarning } from '../plan/pull-warning.ts'
import { renderSum } from '../plan/shortage.ts'
import { isAbout } from '../report/image-limits.ts'
import { findDockers } from '../storage/filesystems.ts'
import { formatBytes } from '../text/format.ts'

/** What was asked and will not happen should not surprise anybody later. */
const remarkOnInputs = (inputs: Inputs, facts: Facts, { line, warning }: Log): void => {
  for (const text of [...facts.leftOut, ...facts.cacheLines]) line(text)
  if (facts.targets.length > 0 && inputs.credentials.kind === 'none') {
    line('The build gets no token: neither client-id with private-key nor github-token is given.')
  }
  if (inputs.credentials.kind === 'given' && inputs.credentials.insteadOfApp !== undefined) {
    line(`${inputs.credentials.insteadOfApp}; the build gets github-token.`)
  }
  // What goes to a registry or elsewhere besides has them.
  const forNodes = facts.targets.filter(({ further }) => further.length === 0)
  const annotated = findAnnotated(forNodes).join(', ')
  if (annotated !== '') {
    line(`Slipway leaves out annotations of ${annotated}: only a pushed image has them.`)
  }
  const attested = findAttested(forNodes).join(', ')
  if (attested !== '') {
    line(`Slipway leaves out attest of ${attested}: nodes take images without attestations.`)
  }
  const isAskedToFree = inputs.freeDisk !== 'auto' && inputs.freeDisk !== 'never'
  if (isAskedToFree && !facts.isHostedRunner) {
    line('free-disk deletes nothing: this is not a GitHub-hosted runner.')
  } else if (typeof inputs.freeDisk === 'object' && !facts.isLocalDaemon) {
    line('free-disk deletes nothing: the Docker daemon is on another machine.')
  }
  for (const text of renderPaused(inputs, facts)) line(text)
  const disk = findDockers(facts.filesystems)
  const targetBytes = typeof inputs.freeDisk === 'object' ? inputs.freeDisk.targetBytes : 0
  if (disk !== undefined && targetBytes > disk.totalBytes) {
    warning(
      `free-disk: ${formatBytes(targetBytes)} can never be free: the disk has ${formatBytes(disk.totalBytes)} in all.`,
    )
  }
  const { images } = facts.nodeFiles
  if (images.objection !== undefined) {
    warning(
      `node-files-images: none are made, as ${images.objection}. Pods mount the paths on the nodes, as the output volumes says.`,
    )
  }
  const objection = findPruneObjection(facts)
  if (inputs.pruneCache === 'always' && objection !== undefined) {
    line(`Kept the build cache: ${objection}.`)
  }
}

/** @throws {Failure} when a limit is for an image that the run does not have */
export const refuseUnknownNames = (
  { size, growth }: Inputs['imageLimits'],
  names: readonly string[],
): void => {
  const unknown = [...size, ...growth].filter(
    (limit) => !names.some((name) => isAbout(limit, name)),
  )
  if (unknown.length === 0) return
  const given = unknown.map((limit) => limit.given).join(', ')
  throw new Failure(`A limit is for an image that this step does not have: ${given}`, {
    remedy: `It has ${names.join(', ')}.`,
  })
}

export const refuseUnknownLimits = ({ imageLimits }: Inputs, facts: Facts): void =>
  refuseUnknownNames(
    imageLimits,
    toWanted(facts).map(({ given }) => given),
  )

/** What the author of the workflow should know before anything is done. */
export const remark = async (inputs: Inputs, facts: Facts, log: Log): Promise<void> => {
  remarkOnInputs(inputs, facts, log)
  // What is about nodes can be said when they are there.
  if (inputs.createCluster === undefined || inputs.isDryRun)
    await remarkOnManifests(inputs, facts, log)
}

/** What Kubernetes will do with the images otherwise than their author may think. */
export const remarkOnManifests = async (inputs: Inputs, facts: Facts, log: Log): Promise<void> => {
  const { manifests, nodeCapacities, engine, images } = facts
  const named = facts.namedImages.map(({ reference }) => reference)
  const loaded = { wanted: toWanted(facts), images, named, registered: toRegistered(facts) }
  const isEmpty = manifests.workloads.length + manifests.persistentVolumes.length === 0
  const paths = isEmpty ? noPaths : toNodePaths(facts.nodeFiles, facts.nodes.filter(isContainer))
  await log.warnings(checkManifests(manifests, nodeCapacities, engine, loaded, paths))
  const others = renderOthers(manifests, loaded)
  if (inputs.imagesFrom !== undefined) {
    for (const line of renderNamedImages(facts.namedImages, manifests)) log.line(line)
  } else if (others !== undefined) log.line(others)
}

/**
 * Names that manifests use have been judged there, each at its line; a dry run loads nothing that pods
 * could miss.
 */
export const remarkOnLoads = (facts: Facts, { line, warning }: Log): void => {
  const text = renderPullWarning(toWanted(facts), findUsed(facts.manifests.workloads))
  if (text !== undefined) warning(text)
  for (const { id, references } of facts.images) {
    const nameless = renderNameless(id, references)
    if (nameless !== undefined) line(nameless)
  }
}

/**
 * Whoever runs the job again knows better than what we remember of the last time.
 *
 * @throws {Failure} when what is to be done cannot fit
 */
export const refuseShortage = ({ disk, shortage }: Plan, runAttempt: number, log: Log): void => {
  for (const sum of disk.sums) if (sum.needs.length > 0) log.line(renderSum(sum))
  if (shortage === undefined) return
  if (runAttempt === 1) throw shortage
  log.warning(`${shortage.message}. The step tries anyway, as this is a re-run.`)
}
