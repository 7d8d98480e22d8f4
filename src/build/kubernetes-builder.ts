import { createDocker } from '../docker/docker.ts'
import type { Env } from '../host/command.ts'
import type { Log } from '../host/log.ts'
import type { BuilderRequest } from '../inputs/builder-request.ts'
import { type DriverOption, parseOptions } from '../inputs/driver-opts.ts'
import { createKubectl, hasKubectl } from '../kubernetes/kubectl.ts'
import { removeLeft, removeOf } from '../kubernetes/marked.ts'
import { openCluster } from '../kubernetes/open-cluster.ts'
import { runLabel, toBuilderName } from '../ownership.ts'
import { bootInCluster } from './boot-in-cluster.ts'
import { quote } from './outputs.ts'
import { type BuilderPlace, makeBuilder, type OwnBuilder, removeMs } from './own-builder.ts'
import { watchPods } from './pod-watch.ts'

/** On all that Kubernetes keeps of a builder. ConfigMaps have only the annotations. */
const withMarks = (options: readonly DriverOption[], runId: string): readonly string[] => {
  const rest = options.filter(([name]) => name !== 'labels' && name !== 'annotations')
  const marks = (['labels', 'annotations'] as const).map((name): DriverOption => {
    // Of several, buildx takes the last.
    const given = options.findLast(([each]) => each === name)?.[1].replace(/^"+|"+$/g, '')
    return [name, [`${runLabel}=${runId}`, ...(given ? [given] : [])].join(',')]
  })
  return [...rest, ...marks].map(([name, value]) => quote(`${name}=${value}`))
}

const unitsMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 }

/** Go's durations, such as `1m30s`; what is none is buildx's to refuse. */
const toMs = (duration: string): number =>
  [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (unitsMs[unit] ?? 0),
    0,
  )

/** buildx waits for the pod itself; this is for what hangs. */
const slackMs = 3 * 60_000
const usualTimeout = '120s'

/**
 * Makes a builder of the run's own in a cluster, which boots meanwhile.
 *
 * @throws {Failure} where there is no cluster, or buildx makes none
 */
export const createKubernetesBuilder = async (
  env: Env,
  signal: AbortSignal,
  request: BuilderRequest,
  place: BuilderPlace,
  { line, warning }: Pick<Log, 'line' | 'warning'>,
): Promise<OwnBuilder> => {
  const { runId, tempDir } = place
  const options = parseOptions(request.options)
  const find = (wanted: string): string | undefined =>
    options.findLast(([name]) => name === wanted)?.[1] || undefined
  const cluster = openCluster(env, tempDir, find('namespace'))
  const { namespace } = cluster
  const name = toBuilderName(runId)
  try {
    const marked = { ...request, options: withMarks(options, runId) }
    await makeBuilder(createDocker(cluster.env, signal), marked, place)
  } catch (error) {
    cluster.close()
    throw error
  }
  if (!hasKubectl(env)) {
    line(
      'There is no kubectl: Slipway cannot say why a pod does not start, and only buildx removes the builder.',
    )
  }
  const lasting = { kubectl: createKubectl(cluster.env, {}), namespace, runId }
  const booted = bootInCluster({
    signal,
    createDocker: (each) => createDocker(cluster.env, each),
    place: { ...lasting, kubectl: createKubectl(cluster.env, { signal }) },
    name,
    timeoutMs: toMs(find('timeout') ?? usualTimeout) + slackMs,
    line,
  })
  booted.catch(() => {})
  const swept = removeLeft(lasting, Date.now())
  return {
    name,
    env: cluster.env,
    booted,
    watch: watchPods(lasting),
    remove: async () => {
      await booted.catch(() => {})
      await createDocker(cluster.env)
        .try(['buildx', 'rm', '--force', name], { timeoutMs: removeMs })
        .catch(() => {})
      const [problems] = await Promise.all([removeOf(lasting), swept])
      cluster.close()
      // buildx has removed it, where nobody else can look.
      for (const problem of problems ?? [])
        warning(`Slipway could not remove its builder's ${problem}`)
    },
  }
}
