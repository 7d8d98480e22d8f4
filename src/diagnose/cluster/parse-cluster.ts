import { parseQuantity } from '../../cluster/quantity.ts'
import { attempt } from '../../failure.ts'

/** The fields of a line of what the templates in kubectl/ print, after the line's first word. */
type Row = readonly string[]

/** How many fields each kind of line has, which is how garbled ones are told. */
const widths: Readonly<Record<string, number>> = {
  pod: 10,
  owner: 3,
  condition: 4,
  volume: 3,
  limit: 2,
  container: 6,
  status: 11,
  event: 9,
  node: 2,
  trouble: 3,
}

/** As Go's `urlquery` encodes, or its `%q` what was guarded and is known; undefined of anything else. */
const decode = (field: string): string | undefined => {
  if (/^"\P{Cc}*"$/u.test(field)) return attempt((): string => JSON.parse(field))
  return /^(?:[\w.~+-]|%[0-9A-F]{2})*$/.test(field)
    ? attempt(() => decodeURIComponent(field.replaceAll('+', ' ')))
    : undefined
}

/** Whatever does not look like a line of ours is left out. */
const parseLine = (line: string): readonly { readonly word: string; readonly row: Row }[] => {
  const [word = '', ...encoded] = line.split('\t')
  const row = encoded.map(decode).filter((field) => field !== undefined)
  return encoded.length === widths[word] && row.length === encoded.length ? [{ word, row }] : []
}

/** ISO 8601, as all times here. */
const toTime = (field = ''): string | undefined =>
  /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(field) ? field : undefined

const toCount = (field = ''): number | undefined =>
  /^\d{1,9}$/.test(field) ? Number(field) : undefined

const toPullPolicy = (policy: string | undefined) =>
  policy === 'Always' || policy === 'Never' ? policy : 'IfNotPresent'

/** @param podLimit of memory, for all of the pod; the kubelet gives it to containers that have none */
const toContainer = (row: Row, status: Row = [], podLimit = '') => {
  const [, name = '', image = '', policy, hasLiveness, limit = ''] = row
  const [, , waiting, said = '', isRunning, isReady, restarts, code, reason = '', at, id] = status
  const exitCode = toCount(code)
  return {
    name,
    /** As the pod's spec has it. */
    image,
    pullPolicy: toPullPolicy(policy),
    /** Such as `ErrImagePull`, with the kubelet's words, or `CrashLoopBackOff`, without. */
    waiting: waiting ? { reason: waiting, message: said } : undefined,
    /** What is known of why it did not start, of one that is not tried again. */
    startError: waiting ? '' : said,
    isRunning: isRunning === 'yes',
    isReady: isReady === 'yes',
    restarts: toCount(restarts) ?? 0,
    /** How it ended last: now, or before it was started again. */
    ended: exitCode === undefined ? undefined : { exitCode, reason, at: toTime(at) },
    /** Of the container that ended last, as containerd has it. */
    endedId: id?.replace(/^[\w-]+:\/\//, '') || undefined,
    hasLivenessProbe: hasLiveness === 'yes',
    /** Bytes; undefined without a limit. */
    memoryLimit: parseQuantity(limit || podLimit),
    hasPodsLimit: limit === '' && podLimit !== '',
  }
}

/** Conditions that tell since when a pod is what it is, the most exact first. */
const changes = ['DisruptionTarget', 'PodScheduled', 'Ready'] as const

/** @param of the pod's other lines, by their first word */
const toPod = (row: Row, of: (word: string) => readonly Row[]) => {
  const [uid = '', namespace = '', name = '', node, reason, message, created, started] = row
  const [phase = '', isDeleted] = row.slice(8)
  const [, ownerKind, ownerName] = of('owner')[0] ?? []
  // They are only printed where they are bad.
  const condition = (type: string): Row => of('condition').find((each) => each[1] === type) ?? []
  const times = changes.map((type) => toTime(condition(type)[2]))
  return {
    namespace,
    name,
    uid,
    /** What keeps it, such as `ReplicaSet/api-6d4cf56db6`; undefined of a pod of its own. */
    owner: ownerName && `${ownerKind}/${ownerName}`,
    /** Undefined while no node was found for it. */
    node: node || undefined,
    /** Such as `Evicted`. */
    reason: reason || undefined,
    message: message || undefined,
    /** Such as `Pending`. */
    phase,
    /** Whether somebody has deleted it, and it is still ending. */
    isDeleted: isDeleted === 'yes',
    /** Why no node was found for it, in the scheduler's words. */
    unschedulable: condition('PodScheduled')[3] || undefined,
    createdAt: toTime(created),
    /** When it became what it is: was evicted, failed, found no node; else when its node took it. */
    changedAt: times.find((time) => time !== undefined) ?? toTime(started),
    /** What its volumes of images mount. */
    volumeImages: of('volume').map(([, image = '', policy]) => {
      return { image, pullPolicy: toPullPolicy(policy) }
    }),
    containers: of('container').map((each) =>
      toContainer(
        each,
        of('status').find((status) => status[1] === each[1]),
        of('limit')[0]?.[1],
      ),
    ),
  }
}

/** A message of `Unhealthy` is often but `Liveness probe failed`: the rest may hold secrets, and is not read. */
const toEvent = (row: Row) => {
  const [namespace = '', kind = '', name = '', path = '', reason = '', message = ''] = row
  const container = /^spec\.(?:initC|c)ontainers\{(.+)\}$/.exec(path)?.[1]
  const [count, at] = [toCount(row[6]) ?? 1, toTime(row[7])]
  /** The node whose kubelet says so; undefined where it is not a kubelet's. */
  const node = row[8] || undefined
  return { namespace, kind, name, container, reason, message, count, at, node }
}

const toNode = ([name = '', memory = '']: Row, troubles: readonly Row[]) => ({
  name,
  /** Conditions that are bad now, with the kubelet's words: pressures, and `Ready`, which it is not. */
  troubles: troubles.map(([, type = '', message = '']) => ({ type, message })),
  /** Bytes that Kubernetes believes pods may use there. */
  allocatableMemory: parseQuantity(memory),
})

export type Container = Readonly<ReturnType<typeof toContainer>>
export type Pod = Readonly<ReturnType<typeof toPod>>
export type Event = Readonly<ReturnType<typeof toEvent>>

/** Reads what the templates in kubectl/ print, in any order. */
export const parseCluster = (text: string) => {
  const lines = text.split('\n').flatMap(parseLine)
  const byWord = Map.groupBy(lines, ({ word }) => word)
  // All lines but an event's begin with whom they are about.
  const bySubject = Map.groupBy(lines, ({ word, row }) => `${word} ${row[0]}`)
  const all = (word: string): readonly Row[] => (byWord.get(word) ?? []).map(({ row }) => row)
  const of = (word: string, subject = ''): readonly Row[] =>
    (bySubject.get(`${word} ${subject}`) ?? []).map(({ row }) => row)
  return {
    pods: all('pod').map((row) => toPod(row, (word) => of(word, row[0]))),
    events: all('event').map(toEvent),
    nodes: all('node').map((row) => toNode(row, of('trouble', row[0]))),
  }
}

/** Whether an event is about a pod. */
export const isOf =
  (pod: Pick<Pod, 'namespace' | 'name'>) =>
  ({ kind, namespace, name }: Event): boolean =>
    kind === 'Pod' && namespace === pod.namespace && name === pod.name

/** What the Kubernetes API tells of a cluster; environments, commands and secrets are not read. */
export type Cluster = Readonly<ReturnType<typeof parseCluster>>
