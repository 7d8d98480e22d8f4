import { setTimeout } from 'node:timers/promises'
import { execute } from '../../docker/container.ts'
import type { EngineApi } from '../../docker/engine-api.ts'
import { Failure } from '../../failure.ts'
import type { Log } from '../../host/log.ts'
import { takeNameLock } from '../../host/name-lock.ts'
import { makeOwnFolder, writeOwnFile } from '../../host/own-folder.ts'
import { runCaptured } from '../../host/process.ts'
import { createEnds } from '../../text/ends.ts'
import { formatDuration } from '../../text/format.ts'
import type { ClusterRequest } from '../request.ts'
import { takeExisting } from './existing-kind.ts'
import { explainKind } from './explain-kind.ts'
import { kind } from './kind.ts'
import { listMadeBy, markComplete, removeOwned } from './kind-owned.ts'
import { listMembers } from './labelled.ts'
import {
  findKubeconfig,
  followKind,
  type KindPlace,
  toCreateCommand,
  toKindCommand,
} from './run-kind.ts'

/** What post knows of the cluster: being made, there until post or for good, or none of ours. */
export type ClusterState = 'making' | 'made' | 'kept' | 'none'

export type CreateOptions = {
  readonly place: KindPlace
  readonly api: EngineApi
  readonly cluster: string
  readonly request: ClusterRequest
  /** Where the logs of a creation go that failed. */
  readonly logsFolder: string
  readonly log: Pick<Log, 'line' | 'warning' | 'group' | 'fenced'>
  readonly signal: AbortSignal
  readonly saveState: (state: ClusterState) => void
  /** Throws where post would not hear of the file that kind is to write. */
  readonly announceKubeconfig: (path: string) => void
}

/** A cluster whose nodes answer. */
export type CreatedCluster = {
  readonly kubeconfig: string
  /** Whether kind has done the rest, and was not ended with the step; fails as kind does. */
  readonly ended: Promise<boolean>
}

const pauseMs = 250

/** One of our steps at a time makes a cluster of a name; the next one finds it. */
const waitForLock = async ({ cluster, log, signal }: CreateOptions) => {
  for (let tries = 0; ; tries += 1) {
    signal.throwIfAborted()
    const release = await takeNameLock(`slipway-cluster-${cluster}`)
    if (release !== undefined) return release
    if (tries === 0) log.line(`Waiting: another step is making the cluster ${cluster}.`)
    await setTimeout(pauseMs, undefined, { signal })
  }
}

/** Of kind's output, at its beginning as at its end. */
const keptCharacters = 1_000_000

/** Of one that failed, outside of the group. */
const lastLines = 40

const exportLogs = async (options: CreateOptions, lines: readonly string[]): Promise<void> => {
  const { place, api, cluster, request, logsFolder, signal } = options
  makeOwnFolder(logsFolder)
  writeOwnFile(logsFolder, 'kind-create-cluster.log', `${lines.join('\n')}\n`)
  if ((await listMadeBy(api.get, place.runId)).length === 0) return
  const args = ['export', 'logs', logsFolder, `--name=${cluster}`]
  const command = toKindCommand(place, args, { ...request, kubeconfig: undefined })
  await runCaptured({ ...command, signal, timeoutMs: 120_000 })
}

/** Tells what kind printed, keeps its logs, and removes what it has made. */
const giveUp = async (
  options: CreateOptions,
  lines: readonly string[],
  timedOut: boolean,
): Promise<never> => {
  const { place, api, cluster, request, log, logsFolder, saveState } = options
  if (lines.length > lastLines) log.group(`kind create cluster ${cluster}: log`, lines)
  log.line(`kind create cluster ${cluster}: the end of its output`)
  await log.fenced(async (write) => lines.slice(-lastLines).forEach(write))
  await exportLogs(options, lines).catch((error: Error) =>
    log.warning(`Could not keep all logs of the cluster ${cluster}: ${error.message}`),
  )
  const owned = await listMadeBy(api.get, place.runId)
  await removeOwned(place.docker, api, owned, request.kubeconfig)
  saveState('none')
  const { why, remedy } = timedOut
    ? { why: 'it had not ended after 30 min', remedy: "kind's output above says more." }
    : explainKind(lines)
  throw new Failure(`kind could not create the cluster ${cluster}: ${why}`, {
    remedy: `${remedy} Logs: ${logsFolder} (output cluster-logs).`,
  })
}

/** kind goes on with a cluster that is not ready, and exits with 0. */
const isUnready = (line: string): boolean => /timed out waiting for ready/i.test(line)

/** From then on nothing restarts a node's containerd: changes to its configuration have been made. */
const isConfigured = (line: string): boolean => /✓ Writing configuration/.test(line)

const runKind = async (options: CreateOptions, onConfigured: () => void): Promise<boolean> => {
  const { place, api, cluster, request, log, signal, saveState } = options
  const { wait, keeps } = request
  const output = createEnds(keptCharacters)
  const beganMs = performance.now()
  const command = { ...toCreateCommand(place, cluster, request), signal }
  saveState('making')
  log.line(`kind is making the cluster ${cluster}, beside the builds.`)
  let unready = false
  const { code, timedOut } = await followKind(command, (line) => {
    output.push(line)
    unready ||= isUnready(line)
    if (isConfigured(line)) onConfigured()
  })
  const lines = output.lines()
  if (signal.aborted) {
    log.group(`kind create cluster ${cluster}: log`, lines)
    // Post removes it.
    return false
  }
  if (code !== 0) await giveUp(options, lines, timedOut)
  const owned = await listMadeBy(api.get, place.runId)
  await markComplete(api, owned)
  saveState(keeps ? 'kept' : 'made')
  const took = formatDuration(performance.now() - beganMs)
  log.group(`kind create cluster ${cluster}: ${took}`, lines)
  if (owned.length === 0 && !keeps)
    log.warning(
      `Slipway cannot tell the nodes of ${cluster} from others', so it will not remove the cluster. Programs in ${place.tempDir} do not run: let RUNNER_TEMP be on a filesystem without noexec.`,
    )
  if (unready)
    log.warning(
      `The cluster ${cluster} was not ready after wait: ${wait}. kind does not fail for that; wait for the nodes before you use it, or give it longer.`,
    )
  return true
}

/** Until containerd's CRI answers in all nodes, or kind has ended. */
const waitForNodes = async (
  { api, cluster }: CreateOptions,
  hasEnded: () => boolean,
): Promise<void> => {
  while (!hasEnded()) {
    const { nodes } = await listMembers(api.get, kind, cluster)
    const answers = await Promise.allSettled(
      nodes.map(({ id }) => execute(api, id, ['crictl', 'version'], 10_000)),
    )
    if (answers.length > 0 && answers.every(({ status }) => status === 'fulfilled')) return
    await setTimeout(pauseMs)
  }
}

/**
 * Has kind make a cluster, or takes the one of that name that is there.
 *
 * @returns when its nodes answer; kind may still be at work on Kubernetes
 * @throws {Failure} saying why kind could not, and where its logs are
 */
export const createCluster = async (options: CreateOptions): Promise<CreatedCluster> => {
  const { place, request } = options
  const { env } = place.docker.command([])
  const kubeconfig = findKubeconfig(request, env)
  const release = await waitForLock(options)
  try {
    const isThere = await takeExisting({ ...options, line: options.log.line })
    if (isThere) return { kubeconfig, ended: release().then(() => true) }
    // Another step may have moved KUBECONFIG by then.
    options.announceKubeconfig(kubeconfig)
    const configured = Promise.withResolvers<void>()
    let isOver = false
    const ended = runKind(options, configured.resolve).finally(() => {
      isOver = true
      return release()
    })
    await Promise.race([configured.promise, ended])
    // Who waits for the rest hears of it.
    ended.catch(() => {})
    await waitForNodes(options, () => isOver)
    if (isOver) await ended
    options.signal.throwIfAborted()
    return { kubeconfig, ended }
  } catch (error) {
    await release()
    throw error
  }
}
