import { attempt } from '../../failure.ts'
import { toSections } from '../../text/sections.ts'
import { parseOomKills } from '../kernel/kernel-log.ts'

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

/** As findings name it. */
export const toWhom = ({ namespace, pod, name, image }: Partial<KnownContainer>) => {
  return { namespace, pod, container: name, image }
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
  const named = image?.userSpecifiedImage || image?.image || ''
  return [{ id, name: label('container.name'), image: named, ...of, isRunning, ended: undefined }]
}

/** Reads what `crictl ps --all --output json` prints; nothing where it printed something else. */
export const parseContainers = (json: string): readonly KnownContainer[] =>
  attempt(() => {
    const { containers } = JSON.parse(json) as { readonly containers?: readonly CriContainer[] }
    return containers?.flatMap(toKnown)
  }) ?? []

/** How a container ended: a reason of CRI's, such as `OOMKilled` or `Error`, and a time in ISO 8601. */
const toEnded = (line: string) => {
  const [, id, exitCode, reason = '', at = ''] =
    /^([0-9a-f]{64}) (-?\d+) (\w*) (\S+)$/.exec(line) ?? []
  return id === undefined ? [] : [{ id, exitCode: Number(exitCode), reason, at }]
}

/**
 * What the log says of kills, and between which times it reaches; a string says why it could not be
 * read.
 */
const toLog = (section: string) => {
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
export const parseNodeReport = (text: string) => {
  const sections = toSections(text)
  const section = (name: string): string => sections.get(name) ?? ''
  const [seconds, uptimeS] = section('clock').split('\n').map(Number)
  const bootId = section('boot').trim()
  const kills = numberIn(section('kills'), /^oom_kill (\d+)$/m)
  if (bootId === '' || !seconds || !uptimeS || kills === undefined) return undefined
  return {
    /** Changes when the machine starts anew. */
    bootId,
    /** Milliseconds since 1970, by the machine's clock. */
    clockMs: Math.round(seconds * 1_000),
    /** Seconds since the machine started. */
    uptimeS,
    /** Processes OOM-killed since then, in all the machine. */
    kills,
    /** Of the node as a whole; undefined where its cgroup does not count (version 1). */
    nodeKills: numberIn(section('events'), /^oom_kill (\d+)$/m),
    /** Containers in it that were killed as a whole; such a kill counts its first process twice. */
    nodeGroupKills: numberIn(section('events'), /^oom_group_kill (\d+)$/m) ?? 0,
    log: toLog(section('log')),
    containers: parseContainers(section('containers')),
    ended: section('ended').split('\n').flatMap(toEnded),
    /** Paths of `node-files` that were mounted into the node and are no more. */
    unmounted: section('unmounted').split('\n').filter(Boolean),
    /** Names of the images that the node has. */
    images: section('images').split('\n').filter(Boolean),
  }
}

/** What one node, and the kernel under it, tell. */
export type NodeReport = Readonly<NonNullable<ReturnType<typeof parseNodeReport>>>
