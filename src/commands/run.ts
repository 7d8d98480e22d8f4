import { clusterState, kubeconfigState } from '../cluster/providers/kind-owned.ts'
import { beginRecording } from '../diagnose/recording/begin-recording.ts'
import { createDocker } from '../docker/docker.ts'
import { type EngineApi, withEngineApi } from '../docker/engine-api.ts'
import { removeLeftBuilders } from '../docker/left-builders.ts'
import type { Facts } from '../facts/facts.ts'
import type { FoundFiles } from '../facts/find-files.ts'
import { gather, gatherNodes } from '../facts/gather.ts'
import { within } from '../host/deadline.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { toRemembered } from '../memory/targets.ts'
import { type Plan, planRun } from '../plan/plan.ts'
import { toFailure } from '../report/failures.ts'
import { type Compared, compareImages } from '../report/image-growth.ts'
import { checkImageLimits, type Excess } from '../report/image-limits.ts'
import { type Report, toLoaded } from '../report/report.ts'
import type { History } from '../report/usual.ts'
import type { Run } from '../run/ports.ts'
import { runPlan } from '../run/run-plan.ts'
import type { CacheAccess } from '../store/ask-cache.ts'
import { createBuildToken } from '../token/build-token.ts'
import { layersState } from './cleanup.ts'
import {
  refuseShortage,
  refuseUnknownLimits,
  remark,
  remarkOnLoads,
  remarkOnManifests,
} from './remarks.ts'
import type { FrontEnd, RunContext } from './run-context.ts'
import { leaveNames, openBuildCaches } from './run-memory.ts'
import { takeFilesToken, toSecrets } from './run-secrets.ts'
import { withBuilder } from './with-builder.ts'

export type Result =
  | { readonly kind: 'planned'; readonly plan: Plan }
  | {
      readonly kind: 'run'
      readonly report: Report
      readonly history: History
      /** Files that the nodes were to have. */
      readonly nodeFiles: readonly FoundFiles[]
      /** Beside what they were. */
      readonly compared: readonly Compared[]
      /** Images that are beyond their limits. */
      readonly excesses: readonly Excess[]
      /** Where the logs of a cluster are, if one could not be made. */
      readonly clusterLogs?: string
      /** Undefined where all went well. */
      readonly failure: unknown
    }

const toCacheAccess = (
  { env, tempDir, cacheEnv }: RunContext,
  { log, mask, signal }: FrontEnd,
): CacheAccess => ({
  // What the library packs goes with the run's own folder.
  env: { ...env, RUNNER_TEMP: tempDir },
  variables: cacheEnv,
  mask,
  debug: log.debug,
  signal,
})

const toHistory = ({ targets, lastTimes }: Facts): History => ({
  targets: toRemembered(targets).map(({ name }) => name),
  before: lastTimes ?? [],
})

/** So long the first builds may have the cores to themselves, as all of a small step waits for them. */
const aheadMs = 500

/** Whether nodes can get nothing before a build has ended. */
export const beginsWithBuilds = ({
  targets,
  images,
  pulls,
  archived,
  nodeFiles,
}: Pick<Facts, 'targets' | 'images' | 'pulls' | 'archived' | 'nodeFiles'>): boolean =>
  targets.length > 0 &&
  [images, pulls, archived, nodeFiles.files].every(({ length }) => length === 0)

const runWith = async (
  api: EngineApi,
  inputs: Inputs,
  context: RunContext & Pick<Run, 'stepEnv'>,
  front: FrontEnd,
  booted: Promise<void>,
): Promise<Result> => {
  const { log, signal } = front
  const { env, recordingFolder: folder } = context
  const command = createDocker(env, signal)
  const cache = toCacheAccess(context, front)
  await using token = createBuildToken({
    ...front,
    inputs,
    log: log.line,
    warn: log.warning,
    childEnv: env,
  })
  const takeToken = () => takeFilesToken(token, inputs, context)
  const facts = await gather(command, api, inputs, { ...context, takeToken }, cache)
  await remark(inputs, facts, log)
  const plan = planRun(inputs, facts)
  refuseUnknownLimits(inputs, facts)
  if (inputs.isDryRun) return { kind: 'planned', plan }
  refuseShortage(plan, context.runAttempt, log)
  remarkOnLoads(facts, log)
  await booted
  const { cluster, clusterName, createCluster } = inputs
  const built = Promise.withResolvers<void>()
  const record = (after: Promise<void>) => {
    if (folder === undefined) return undefined
    if (cluster !== 'containerd')
      return beginRecording({ clusterName, folder, childEnv: env, line: log.line, after })
    log.line('The post step will not diagnose: with cluster: containerd there is no node to ask.')
    return undefined
  }
  const ahead = beginsWithBuilds(facts)
    ? within(built.promise, aheadMs, undefined)
    : Promise.resolve()
  let finishRecording = createCluster === undefined ? record(ahead) : undefined
  let known = facts
  const planAgain = async () => {
    known = await gatherNodes(api, inputs, { ...context, takeToken }, cache, facts)
    finishRecording = record(Promise.resolve())
    await remarkOnManifests(inputs, known, log)
    return planRun(inputs, known).steps
  }
  const buildCaches = await openBuildCaches(inputs, facts, context, cache, log)
  const report = await runPlan(inputs, facts, plan, {
    docker: { command, api, engine: facts.engine },
    secrets: toSecrets(inputs, token, context),
    log,
    run: {
      ...{ ...context, id: context.runId, cache, buildCaches, signal },
      saveClusterState: (state) =>
        front[state === 'making' ? 'announce' : 'saveState'](clusterState, state),
      announceKubeconfig: (path) => front.announce(kubeconfigState, path),
    },
    tempRoot: context.tempRoot,
    planAgain,
    onBuilt: built.resolve,
  })
  built.resolve()
  // Who cancels gives us seconds.
  if (!signal.aborted) await finishRecording?.(toLoaded(report))
  const mark = await buildCaches?.finish()
  if (mark !== undefined) front.saveState(layersState, mark)
  const history = toHistory(facts)
  const compared = compareImages(report, history.targets, facts.lastImages)
  const excesses = checkImageLimits(compared, inputs.imageLimits)
  const failure = signal.aborted ? signal.reason : toFailure(report)
  // What is beyond its limits is nothing to compare the next run with.
  const isFine = failure === undefined && (excesses.length === 0 || inputs.imageLimits.isWarning)
  if (isFine) leaveNames(facts, report, history, context, front)
  const { files: nodeFiles } = known.nodeFiles
  const { clusterLogs } = context
  return { kind: 'run', report, history, nodeFiles, compared, excesses, clusterLogs, failure }
}

/**
 * Builds and loads what the inputs ask for, or says what it would do.
 *
 * @throws {Failure} when nothing could be begun; what went wrong later is in the result
 */
export const run = (inputs: Inputs, context: RunContext, front: FrontEnd): Promise<Result> => {
  const { existingBuilder } = inputs
  // All of buildx's commands take the builder from there.
  const named = existingBuilder === undefined ? {} : { BUILDX_BUILDER: existingBuilder }
  const env = { ...context.env, ...named }
  return withEngineApi(createDocker(env, front.signal), (api) =>
    withBuilder(inputs, api, { ...context, env }, front, async (place, booted) => {
      const isMade = inputs.builder !== undefined && !inputs.isDryRun
      const swept = isMade && removeLeftBuilders(createDocker(env), api, Date.now()).catch(() => {})
      return runWith(api, inputs, place, front, booted).finally(() => swept)
    }),
  )
}
