import type { ClusterNode, Container, Event, Pod } from './cluster.ts'

/** A line of what the templates in kubectl/ print: its first word, and its fields as text. */
type Line = { readonly word: string; readonly fields: readonly string[] }

/** How many fields each kind of line has, which is how garbled ones are told. */
const widths: Readonly<Record<string, number>> = {
  pod: 9,
  owner: 3,
  condition: 4,
  container: 6,
  status: 9,
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

const parseLine = (line: string): Line | undefined => {
  const [word = '', ...encoded] = line.split('\t')
  if (encoded.length !== widths[word]) return undefined
  const fields = encoded.map(decode).filter((field) => field !== undefined)
  return fields.length === encoded.length ? { word, fields } : undefined
}

/** Whatever does not look like a line of ours is left out. */
const parseLines = (text: string): readonly Line[] =>
  text.split('\n').flatMap((line) => parseLine(line) ?? [])

const toText = (field: string | undefined): string | undefined => field || undefined

const toTime = (field = ''): string | undefined =>
  /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(field) ? field : undefined

const toCount = (field = ''): number | undefined =>
  /^\d{1,9}$/.test(field) ? Number(field) : undefined

const units: Readonly<Record<string, number>> = {
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
}

/** Kubernetes' quantities, such as `50Mi` or `128974848`, in bytes. */
export const parseQuantity = (text = ''): number | undefined => {
  const [, number = '', unit = ''] =
    /^(\d+(?:\.\d+)?(?:e\d{1,2})?)([a-zA-Z]{0,2})$/.exec(text) ?? []
  const factor = units[unit]
  return number === '' || factor === undefined ? undefined : Math.floor(Number(number) * factor)
}

const toPolicy = (field: string | undefined): Container['pullPolicy'] =>
  field === 'Always' || field === 'Never' ? field : 'IfNotPresent'

type Status = Pick<Container, 'restarts' | 'waiting' | 'ended' | 'endedId'>

const unknownStatus: Status = {
  restarts: 0,
  waiting: undefined,
  ended: undefined,
  endedId: undefined,
}

const toStatus = (fields: readonly string[]): Status => {
  const [, , restarts, waiting, said = '', code, reason = '', at, id] = fields
  const exitCode = toCount(code)
  return {
    restarts: toCount(restarts) ?? 0,
    waiting: waiting ? { reason: waiting, message: said } : undefined,
    ended: exitCode === undefined ? undefined : { exitCode, reason, at: toTime(at) },
    endedId: toText(id?.replace(/^[\w-]+:\/\//, '')),
  }
}

const toContainer = (fields: readonly string[], statuses: readonly Line[]): Container => {
  const [uid, name = '', image = '', policy, hasLiveness, limit] = fields
  const status = statuses.find(({ fields: [of, called] }) => of === uid && called === name)
  return {
    name,
    image,
    pullPolicy: toPolicy(policy),
    ...(status === undefined ? unknownStatus : toStatus(status.fields)),
    hasLivenessProbe: hasLiveness === 'yes',
    memoryLimit: parseQuantity(limit),
  }
}

/** Conditions that tell since when a pod is what it is, the most exact first. */
const changes = ['DisruptionTarget', 'PodScheduled', 'Ready'] as const

/** Of the conditions' lines, which are only printed where they are bad. */
const toChange = (
  conditions: readonly Line[],
  startedAt: string | undefined,
): Pick<Pod, 'unschedulable' | 'changedAt'> => {
  const of = (type: string): Line | undefined => conditions.find(({ fields }) => fields[1] === type)
  const times = changes.map((type) => toTime(of(type)?.fields[2]))
  return {
    unschedulable: toText(of('PodScheduled')?.fields[3]),
    changedAt: times.find((time) => time !== undefined) ?? toTime(startedAt),
  }
}

/** Reads what kubectl/pods.gotemplate prints. */
export const parsePods = (text: string): readonly Pod[] => {
  const byPod = new Map<string, Line[]>()
  for (const line of parseLines(text)) {
    const [uid = ''] = line.fields
    byPod.set(uid, [...(byPod.get(uid) ?? []), line])
  }
  return [...byPod].flatMap(([uid, lines]) => {
    const of = (word: string): readonly Line[] => lines.filter((line) => line.word === word)
    const [pod] = of('pod')
    if (pod === undefined) return []
    const [, namespace = '', name = '', node, phase = '', reason, message, ...times] = pod.fields
    const [, ownerKind, ownerName] = of('owner')[0]?.fields ?? []
    return {
      namespace,
      name,
      uid,
      owner: ownerName && `${ownerKind}/${ownerName}`,
      node: toText(node),
      phase,
      reason: toText(reason),
      message: toText(message),
      createdAt: toTime(times[0]),
      ...toChange(of('condition'), times[1]),
      containers: of('container').map(({ fields }) => toContainer(fields, of('status'))),
    }
  })
}

/** Reads what kubectl/events.gotemplate prints. */
export const parseEvents = (text: string): readonly Event[] =>
  parseLines(text).flatMap(({ word, fields }) => {
    if (word !== 'event') return []
    const [namespace = '', kind = '', name = '', path = '', reason = '', message = ''] = fields
    const container = /^spec\.(?:initC|c)ontainers\{(.+)\}$/.exec(path)?.[1]
    const [count, at] = [toCount(fields[6]) ?? 1, toTime(fields[7])]
    return { namespace, kind, name, container, reason, message, count, at }
  })

/** Reads what kubectl/nodes.gotemplate prints. */
export const parseNodes = (text: string): readonly ClusterNode[] => {
  const lines = parseLines(text)
  return lines.flatMap(({ word, fields: [name = '', memory] }) => {
    if (word !== 'node') return []
    const troubles = lines
      .filter((line) => line.word === 'trouble' && line.fields[0] === name)
      .map(({ fields: [, type = '', message = ''] }) => ({ type, message }))
    return { name, troubles, allocatableMemory: parseQuantity(memory) }
  })
}
