import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { removeKept } from '../build/own-builder.ts'
import { listMadeBy, removeOwned } from '../cluster/providers/kind-owned.ts'
import { endRecorder } from '../diagnose/recording/recorder.ts'
import { recordingFolderOf } from '../diagnose/recording/recording.ts'
import { createDocker, type Docker } from '../docker/docker.ts'
import { withEngineApi } from '../docker/engine-api.ts'
import { removeBuilderOf } from '../docker/left-builders.ts'
import { findRunOf, listContainersOf, listNamesIn } from '../docker/list.ts'
import { isWarning } from '../docker/warnings.ts'
import { Failure, renderError } from '../failure.ts'
import type { Env } from '../host/command.ts'
import type { Log } from '../host/log.ts'
import { endStrays } from '../host/strays.ts'
import { findRoomyDir } from '../host/temp-dir.ts'
import { removeOf } from '../kubernetes/marked.ts'
import type { BuilderPlace } from '../kubernetes/pods.ts'
import {
  intermediateRepository,
  isKeptBuilderName,
  toBuilderName,
  toLockName,
} from '../ownership.ts'

/** What Docker answers of a container that is going or gone. */
const isGoing = /already in progress|no such container/i

/** The state by which post knows which layers main has left to it. */
export const layersState = 'layers'

/** The state by which post knows what this run was called. */
export const runIdState = 'run-id'

/** The state by which post finds the process of main. */
export const mainState = 'main'

/** The state is only taken for a run's name when it looks like one: a build may have tried to set it. */
export const isRunId = (state: string | undefined): state is string =>
  state !== undefined && /^[0-9a-f]{16}$/.test(state)

/** Where the step runs. */
type CleanupContext = {
  /** Where temporary files belong. */
  readonly tempDir: string
  /** What child processes inherit. */
  readonly childEnv: Env
}

/** Where a run leaves things while it works. */
export const leftoversOf = ({ tempDir }: Pick<CleanupContext, 'tempDir'>, runId: string) => ({
  tempDir: join(tempDir, `slipway-${runId}`),
  layoutDir: join(findRoomyDir(tempDir), `slipway-${runId}-images`),
  laterDir: join(findRoomyDir(tempDir), `slipway-${runId}-layers`),
  recordingFolder: recordingFolderOf(tempDir, runId),
  clusterLogs: join(tempDir, `slipway-${runId}-cluster-logs`),
})

/**
 * Images by which a killed main handed one target over to another.
 *
 * @returns whether Docker named them
 */
const removeImages = async (docker: Docker, runId: string): Promise<boolean> => {
  const names = await listNamesIn(docker, intermediateRepository(runId))
  if (names !== undefined && names.length > 0) await docker.try(['rmi', ...names])
  return names !== undefined
}

const settleMs = 300
const mostLooks = 10

/**
 * The builder that a killed main made. buildx may still be making it, and may have forgotten it with main's own
 * folder.
 */
const removeBuilder = async (
  docker: Docker,
  runId: string,
  cluster: BuilderPlace | undefined,
  warning: Log['warning'],
): Promise<void> => {
  const name = toBuilderName(runId)
  await endStrays(['docker', 'docker-buildx'], name)
  await docker.try(['buildx', 'rm', '--force', name], { timeoutMs: 20_000 })
  if (cluster !== undefined) {
    // Another try would not know of the cluster: it is in the folder that is gone.
    const later =
      'A later step with a builder in that namespace removes it, five days after it was made.'
    const problems = await removeOf(cluster)
    if (problems === undefined)
      warning(`Slipway could not ask the cluster whether its builder is gone. ${later}`)
    else if (problems.length > 0)
      warning(`Slipway could not remove its builder's ${problems.join(', ')}. ${later}`)
    return
  }
  // What the daemon was asked for last may come when we have looked already.
  await withEngineApi(docker, async (api) => {
    for (let looks = 1, isThere = true; looks <= mostLooks && isThere; looks += 1) {
      isThere = (await removeBuilderOf(api, runId)) || looks === 1
      if (isThere) await setTimeout(settleMs)
    }
  })
}

/** The same of one whose state is kept, unless another step has gone on with it. */
const leaveState = async (docker: Docker, runId: string, name: string): Promise<void> => {
  const holder = await findRunOf(docker, toLockName(name))
  // Another step's processes name the same builder.
  if (holder !== undefined && holder !== runId) return
  await endStrays(['docker', 'docker-buildx'], name)
  await removeKept(docker, name)
}

/**
 * The cluster that this run has made, or was killed while it made it. What its kind asked the daemon for
 * last may come when we have looked already.
 */
const removeCluster = async (
  docker: Docker,
  runId: string,
  kubeconfig: string | undefined,
): Promise<void> => {
  await endStrays(['kind', 'docker'], runId)
  await withEngineApi(docker, async (api) => {
    for (let looks = 1, isThere = true; looks <= mostLooks && isThere; looks += 1) {
      const owned = await listMadeBy(api.get, runId)
      isThere = owned.length > 0 || looks === 1
      await removeOwned(docker, api, owned, kubeconfig)
      if (isThere) await setTimeout(settleMs)
    }
  })
}

/** What post knows of the job. */
type Found = {
  readonly isDockerThere: boolean
  /** Main made one, and was killed before it removed it. */
  readonly builder: 'made' | { readonly kept: string } | undefined
  /** What there is of a cluster that main made; the kubeconfig that kind wrote, where main has said it. */
  readonly cluster: { readonly kubeconfig: string | undefined } | undefined
}

/** The state of `withBuilder`; a build may have tried to set it. */
export const toLeftBuilder = (state: string): Found['builder'] => {
  if (state === 'made') return state
  return isKeptBuilderName(state) ? { kept: state } : undefined
}

/** The state of `createCluster`; a build may have tried to set it. kind takes its own entry out of that file. */
export const toKubeconfig = (state: string): string | undefined =>
  state === resolve(state) && !state.includes('\0') ? state : undefined

/** Most steps start without a library for YAML. */
const findCluster = async (env: Env, tempDir: string, runId: string) => {
  const { reopenCluster } = await import('../kubernetes/open-cluster.ts')
  return reopenCluster(env, tempDir, runId)
}

/**
 * Removes what a killed main left: helper containers and temp folders. It warns and never fails,
 * and a second run finds nothing to do.
 *
 * @returns whether it could look for all of it, and remove it
 */
export const cleanUp = async (
  context: CleanupContext,
  { warning }: Pick<Log, 'warning'>,
  runId: string | undefined,
  { isDockerThere, builder, cluster: made }: Found,
): Promise<boolean> => {
  if (!isRunId(runId)) return true
  const { tempDir, layoutDir, laterDir, recordingFolder, clusterLogs } = leftoversOf(context, runId)
  try {
    const cluster =
      builder === 'made' ? await findCluster(context.childEnv, tempDir, runId) : undefined
    for (const folder of [tempDir, layoutDir, laterDir, clusterLogs])
      rmSync(folder, { recursive: true, force: true })
    await endRecorder(recordingFolder)
    // Another step's post may be writing into it.
    rmSync(recordingFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 })
    // A helper ends with main's connection, and a handed over image goes after some days.
    if (!isDockerThere) return false
    const docker = createDocker(context.childEnv)
    const listed = await listContainersOf(docker, runId)
    const containers = listed ?? []
    if (made !== undefined) await removeCluster(docker, runId, made.kubeconfig)
    if (builder === 'made') await removeBuilder(docker, runId, cluster, warning)
    else if (builder !== undefined) await leaveState(docker, runId, builder.kept)
    const removed =
      containers.length === 0
        ? { stderr: '' }
        : await docker.try(['rm', '--force', '--volumes', ...containers])
    // An image's last name does not go while a container uses it.
    const areImagesNamed = await removeImages(docker, runId)
    // A helper that has done its work is removed by Docker itself, perhaps at this moment.
    const problems = removed.stderr
      .split('\n')
      .filter((line) => line !== '' && !isGoing.test(line) && !isWarning(line))
    if (problems.length > 0) throw new Failure(problems.join(' '))
    return listed !== undefined && areImagesNamed
  } catch (error) {
    warning(`Cleanup was incomplete: ${renderError(error)}`)
    return false
  }
}
