import { parseQuantity } from '../../cluster/quantity.ts'
import type { Cluster, ClusterNode, Container, Event, Pod } from './cluster.ts'

/** The fields of a line of what the templates in kubectl/ print, after the line's first word. */
type Row = readonly string[]

/** How many fields each kind of line has, which is how garbled ones are told. */
const widths: Readonly<Record<string, number>> = {
  pod: 8,
  owner: 3,
  condition: 4,
  container: 6,
  status: 8,
  event: 8,
  node: 2,
  trouble: 3,
}

/** As Go's `urlquery` encodes; undefined of anything else. */
const decode = (field: string): string | undefined => {
  if (!/^(?:[\w.~+-]|%[0-9A-F]{2})*$/.test(field)) return undefined
  try {
    return decodeURIComponent(field.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

/** Whatever does not look like a line of ours is left out. */
const parseLine = (line: string): readonly { readonly word: string; readonly row: Row }[] => {
  const [word = '', ...encoded] = line.split('\t')
  const row = encoded.map(decode).filter((field) => field !== undefined)
  return encoded.length === widths[word] && row.length === encoded.length ? [{ word, row }] : []
}

const toTime = (field = ''): string | undefined =>
  /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(field) ? field : undefined

const toCount = (field = ''): number | undefined =>
  /^\d{1,9}$/.test(field) ? Number(field) : undefined

const toContainer = (row: Row, status: Row = []): Container => {
  const [, name = '', image = '', policy, hasLiveness, limit = ''] = row
  const [, , waiting, said = '', code, reason = '', at, id] = status
  const exitCode = toCount(code)
  return {
    name,
    image,
    pullPolicy: policy === 'Always' || policy === 'Never' ? policy : 'IfNotPresent',
    waiting: waiting ? { reason: waiting, message: said } : undefined,
    ended: exitCode === undefined ? undefined : { exitCode, reason, at: toTime(at) },
    endedId: id?.replace(/^[\w-]+:\/\//, '') || undefined,
    hasLivenessProbe: hasLiveness === 'yes',
    memoryLimit: parseQuantity(limit),
  }
}

/** Conditions that tell since when a pod is what it is, the most exact first. */
const changes = ['DisruptionTarget', 'PodScheduled', 'Ready'] as const

/** @param of the pod's other lines, by their first word */
const toPod = (row: Row, of: (word: string) => readonly Row[]): Pod => {
  const [uid = '', namespace = '', name = '', node, reason, message, created, started] = row
  const [, ownerKind, ownerName] = of('owner')[0] ?? []
  // They are only printed where they are bad.
  const condition = (type: string): Row => of('condition').find((each) => each[1] === type) ?? []
  const times = changes.map((type) => toTime(condition(type)[2]))
  return {
    namespace,
    name,
    uid,
    owner: ownerName && `${ownerKind}/${ownerName}`,
    node: node || undefined,
    reason: reason || undefined,
    message: message || undefined,
    unschedulable: condition('PodScheduled')[3] || undefined,
    createdAt: toTime(created),
    changedAt: times.find((time) => time !== undefined) ?? toTime(started),
    containers: of('container').map((each) =>
      toContainer(
        each,
        of('status').find((status) => status[1] === each[1]),
      ),
    ),
  }
}

const toEvent = (row: Row): Event => {
  const [namespace = '', kind = '', name = '', path = '', reason = '', message = ''] = row
  const container = /^spec\.(?:initC|c)ontainers\{(.+)\}$/.exec(path)?.[1]
  const [count, at] = [toCount(row[6]) ?? 1, toTime(row[7])]
  return { namespace, kind, name, container, reason, message, count, at }
}

const toNode = ([name = '', memory = '']: Row, troubles: readonly Row[]): ClusterNode => ({
  name,
  troubles: troubles.map(([, type = '', message = '']) => ({ type, message })),
  allocatableMemory: parseQuantity(memory),
})

/** Reads what the templates in kubectl/ print, in any order. */
export const parseCluster = (text: string): Cluster => {
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
