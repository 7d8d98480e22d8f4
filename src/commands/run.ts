import { join } from 'node:path'
import type { BuilderWatch } from '../build/builder-watch.ts'
import { clusterState } from '../cluster/providers/kind-owned.ts'
import { beginRecording } from '../diagnose/recording/begin-recording.ts'
import { createDocker } from '../docker/docker.ts'
import { type EngineApi, withEngineApi } from '../docker/engine-api.ts'
import { removeLeftBuilders } from '../docker/left-builders.ts'
import type { GatherContext } from '../facts/context.ts'
import type { Facts } from '../facts/facts.ts'
import type { FoundFiles } from '../facts/find-files.ts'
import { gather, gatherNodes } from '../facts/gather.ts'
import type { Env } from '../host/command.ts'
import type { Log } from '../host/log.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { nameImages, namesState, nameTimes } from '../memory/memory.ts'
import { toRemembered } from '../memory/targets.ts'
import { planBuildCache } from '../plan/build-cache.ts'
import { type Plan, planRun } from '../plan/plan.ts'
import { toFailure } from '../report/failures.ts'
import { type Compared, compareImages, toImagesToKeep } from '../report/image-growth.ts'
import { checkImageLimits, type Excess } from '../report/image-limits.ts'
import { type Report, toLoaded } from '../report/report.ts'
import { type History, toBuildTimes } from '../report/usual.ts'
import { createBuildCaches } from '../run/build-caches.ts'
import type { Secrets } from '../run/ports.ts'
import { runPlan } from '../run/run-plan.ts'
import type { Secret } from '../secret.ts'
import type { CacheAccess } from '../store/ask-cache.ts'
import { createEntryCache } from '../store/entry-cache.ts'
import { type BuildToken, createBuildToken } from '../token/build-token.ts'
import { toServerUrl } from '../token/formats.ts'
import { toGitAuth } from '../token/git-auth.ts'
import { layersState } from './keep-layers.ts'
import {
  refuseShortage,
  refuseUnknownLimits,
  remark,
  remarkOnLoads,
  remarkOnManifests,
} from './remarks.ts'
import { withBuilder } from './with-builder.ts'

/** Where a run takes place. */
export type RunContext = Omit<GatherContext, 'takeToken'> & {
  /** A folder of the run's own, which goes with it. */
  readonly tempDir: string
  /** Where post finds layers that it is to keep; undefined where there is no post. */
  readonly laterDir: string | undefined
  /** Where post finds how things were before; undefined where nobody will look. */
  readonly recordingFolder: string | undefined
  /** Where the logs of a cluster go that could not be made; they stay until post. */
  readonly clusterLogs: string
  /** What child processes inherit. */
  readonly env: Env
  /** Looks after the run's own builder, where that is needed. */
  readonly watch?: BuilderWatch | undefined
  /** By these variables builds and we find the Actions cache. */
  readonly cacheEnv: Env
  /** Whether what the run builds is what the repository's default branch has. */
  readonly isDefaultBranch: boolean
  /** 1 for a job that runs for the first time, more when somebody runs it again. */
  readonly runAttempt: number
}

/** What a run needs of whoever started it. */
export type FrontEnd = {
  readonly log: Log
  /** Hides a value in all that is printed from now on. */
  readonly mask: (value: string) => void
  /** Keeps a word for whoever cleans up after us. */
  readonly saveState: (name: string, value: string) => void
  readonly signal: AbortSignal
}

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

const toSecrets = (inputs: Inputs, token: BuildToken, { cacheEnv }: RunContext): Secrets => {
  const { credentials, secretId, secrets, isTrusted } = inputs
  return {
    ids: [...(credentials.kind === 'none' ? [] : [secretId]), ...secrets.map(({ id }) => id)],
    take: async (contexts) => {
      const taken = await token.take()
      if (taken === undefined) return secrets
      const { value, credentials } = taken
      const git = toGitAuth(inputs.apiUrl, contexts, credentials)
      const own = [{ id: secretId, value }, ...secrets]
      return [...own, ...git.filter(({ id }) => !own.some((other) => other.id === id))]
    },
    close: token.close,
    // A fork's build would write into the cache that the default branch reads.
    cacheEnv: isTrusted ? cacheEnv : {},
  }
}

/** What Git LFS keeps of the repository is fetched with the builds' token, where there is one. */
const takeFilesToken = async (
  token: BuildToken,
  { apiUrl }: Inputs,
  { repository = '' }: RunContext,
): Promise<Secret | undefined> => {
  const taken = await token.take()
  const address = `${toServerUrl(apiUrl)}/${repository}`
  return taken && toGitAuth(apiUrl, [address], taken.credentials)[0]?.value
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

/** Post writes down what these names hold, for which nobody waits. */
const leaveNames = (
  { keptFor, targets, lastTimes }: Facts,
  report: Report,
  history: History,
  { mayWriteCache, isDefaultBranch }: RunContext,
  { saveState }: FrontEnd,
): void => {
  const times = toBuildTimes(report, history)
  if (keptFor === undefined || lastTimes === undefined || !mayWriteCache) return
  const images = toImagesToKeep(report, history.targets)
  const names = [
    times && nameTimes(keptFor, targets, times, lastTimes),
    ...(images === undefined ? [] : nameImages(keptFor, targets, images, isDefaultBranch)),
  ].filter((name) => name !== undefined)
  if (names.length > 0) saveState(namesState, names.join(' '))
}

/** Undefined where nothing is kept of builds. */
const openBuildCaches = (
  inputs: Inputs,
  facts: Facts,
  { layoutDir, laterDir, workspace }: RunContext,
  access: CacheAccess,
  log: Log,
) => {
  const plan = planBuildCache(inputs, facts)
  if (plan === undefined || laterDir === undefined) return undefined
  const { signal } = access
  const folder = join(layoutDir, 'kept')
  const place = { folder, laterDir, workspace, log, signal }
  return createBuildCaches(plan, { cache: createEntryCache(access), ...place })
}

const runWith = async (
  api: EngineApi,
  inputs: Inputs,
  context: RunContext,
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
  const { clusterName, createCluster } = inputs
  const record = () =>
    folder === undefined
      ? undefined
      : beginRecording({ clusterName, folder, childEnv: env, line: log.line })
  let finishRecording = createCluster === undefined ? record() : undefined
  let known = facts
  const planAgain = async () => {
    known = await gatherNodes(api, inputs, { ...context, takeToken }, cache, facts)
    finishRecording = record()
    await remarkOnManifests(inputs, known, log)
    return planRun(inputs, known).steps
  }
  const buildCaches = openBuildCaches(inputs, facts, context, cache, log)
  const report = await runPlan(inputs, facts, plan, {
    docker: { command, api, engine: facts.engine },
    secrets: toSecrets(inputs, token, context),
    log,
    run: {
      ...{ ...context, id: context.runId, cache, buildCaches, signal },
      saveClusterState: (state) => front.saveState(clusterState, state),
    },
    tempRoot: context.tempRoot,
    planAgain,
  })
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
