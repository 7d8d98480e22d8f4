import { toSections } from '../../text/sections.ts'
import { type KernelLog, parseOomKills } from '../kernel/kernel-log.ts'

/** A container as CRI knows it while it has not been removed. */
export type KnownContainer = {
  readonly id: string
  readonly name: string
  readonly pod: string
  readonly namespace: string
  readonly podUid: string
  /** As the pod names it. */
  readonly image: string
  readonly isRunning: boolean
  /** Undefined while it runs, and where nobody knows. Milliseconds since 1970. */
  readonly ended: { readonly exitCode: number; readonly atMs: number } | undefined
}

/** How a container ended, in CRI's words. */
export type EndedContainer = {
  readonly id: string
  readonly exitCode: number
  /** Such as `OOMKilled` or `Error`. */
  readonly reason: string
  /** ISO 8601. */
  readonly at: string
}

/** What one node, and the kernel under it, tell. */
export type NodeReport = {
  /** Changes when the machine starts anew. */
  readonly bootId: string
  /** Milliseconds since 1970, by the machine's clock. */
  readonly clockMs: number
  /** Seconds since the machine started. */
  readonly uptimeS: number
  /** Processes OOM-killed since then, in all the machine. */
  readonly kills: number
  /** Of the node as a whole; undefined where its cgroup does not count (version 1). */
  readonly nodeKills: number | undefined
  /** Containers in it that were killed as a whole; such a kill counts its first process twice. */
  readonly nodeGroupKills: number
  /** A string says why it could not be read. */
  readonly log: KernelLog | string
  readonly containers: readonly KnownContainer[]
  readonly ended: readonly EndedContainer[]
  /** Names of the images that the node has. */
  readonly images: readonly string[]
}

type CriContainer = {
  readonly id?: string
  readonly state?: string
  readonly labels?: Readonly<Record<string, string>> | null
  readonly image?: { readonly image?: string; readonly userSpecifiedImage?: string } | null
}

const toKnown = ({ id, state, labels, image }: CriContainer): readonly KnownContainer[] => {
  const label = (name: string): string => labels?.[`io.kubernetes.${name}`] ?? ''
  const pod = label('pod.name')
  if (id === undefined || pod === '') return []
  const of = { pod, namespace: label('pod.namespace'), podUid: label('pod.uid') }
  const isRunning = state === 'CONTAINER_RUNNING'
  const its = {
    name: label('container.name'),
    image: image?.userSpecifiedImage || image?.image || '',
  }
  return [{ id, ...its, ...of, isRunning, ended: undefined }]
}

/** Reads what `crictl ps --all --output json` prints; nothing where it printed something else. */
export const parseContainers = (json: string): readonly KnownContainer[] => {
  try {
    const { containers } = JSON.parse(json) as { readonly containers?: readonly CriContainer[] }
    return (containers ?? []).flatMap(toKnown)
  } catch {
    return []
  }
}

const toEnded = (line: string): readonly EndedContainer[] => {
  const [, id, exitCode, reason = '', at = ''] =
    /^([0-9a-f]{64}) (-?\d+) (\w*) (\S+)$/.exec(line) ?? []
  return id === undefined ? [] : [{ id, exitCode: Number(exitCode), reason, at }]
}

const toLog = (section: string): KernelLog | string => {
  const lines = section.trimEnd().split('\n')
  const last = lines.at(-1) ?? ''
  const [, first, end] = /^reach (\S+) +(\S+)$/.exec(last.replace(/ +/g, ' ')) ?? []
  if (first === undefined || end === undefined) {
    return last.replace(/^unread ?/, '').trim() || 'it is empty'
  }
  return { kills: parseOomKills(lines), firstS: Number(first), lastS: Number(end) }
}

const numberIn = (text: string, pattern: RegExp): number | undefined => {
  const found = pattern.exec(text)?.[1]
  return found === undefined ? undefined : Number(found)
}

/** Reads what in-node/look.sh prints; undefined when that is not what it prints. */
export const parseNodeReport = (text: string): NodeReport | undefined => {
  const sections = toSections(text)
  const section = (name: string): string => sections.get(name) ?? ''
  const [seconds, uptimeS] = section('clock').split('\n').map(Number)
  const bootId = section('boot').trim()
  const kills = numberIn(section('kills'), /^oom_kill (\d+)$/m)
  if (bootId === '' || !seconds || !uptimeS || kills === undefined) return undefined
  return {
    ...{ bootId, clockMs: Math.round(seconds * 1_000), uptimeS, kills },
    nodeKills: numberIn(section('events'), /^oom_kill (\d+)$/m),
    nodeGroupKills: numberIn(section('events'), /^oom_group_kill (\d+)$/m) ?? 0,
    log: toLog(section('log')),
    containers: parseContainers(section('containers')),
    ended: section('ended').split('\n').flatMap(toEnded),
    images: section('images').split('\n').filter(Boolean),
  }
}
