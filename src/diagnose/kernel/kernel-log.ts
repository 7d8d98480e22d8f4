import {
  type Line,
  type NamedPaths,
  parseGroup,
  parseKilled,
  parseOlderPaths,
  parsePaths,
  toLines,
} from './kernel-line.ts'

const usagePattern = /^memory: usage (\d{1,20})kB, limit (\d{1,20})kB/
const residentPattern = /\b(?:anon|file|shmem)-rss:(\d{1,20})kB/g

/** Of kills within so many seconds the kernel writes no more headings than so many. */
const headingPeriodS = 5
const mostHeadings = 10
/** While it may leave headings out, only what comes so soon is taken for one of a group. */
const groupPauseS = 0.005

const toBytes = (kilobytes: string | undefined): number | undefined =>
  kilobytes === undefined ? undefined : Number(kilobytes) * 1_024

const residentBytes = (text: string): number =>
  [...text.matchAll(residentPattern)].reduce((sum, [, kB]) => sum + (toBytes(kB) ?? 0), 0)

/** What was said before a kill; older kernels do not say there of which process. */
type Heading = { readonly [K in keyof NamedPaths]?: NamedPaths[K] | undefined } & {
  readonly limitBytes?: number | undefined
  readonly usedBytes?: number | undefined
}

const unknown: Heading = {}

/** What a line adds to a heading; undefined when it is none of it. */
const addTo = (heading: Heading, text: string): Heading | undefined => {
  if (text.includes(' invoked oom-killer: ')) return unknown
  const usage = usagePattern.exec(text)
  if (usage) return { ...heading, usedBytes: toBytes(usage[1]), limitBytes: toBytes(usage[2]) }
  const paths = parsePaths(text) ?? parseOlderPaths(text)
  return paths && { ...heading, ...paths }
}

const toKill = ({ stampS, text }: Line, heading: Heading) => {
  const killed = parseKilled(text)
  if (killed === undefined) return undefined
  const { pid, process, sizes } = killed
  // The kernel leaves headings out when kills come thick and fast; that of another process is not ours.
  const isOurs = heading.pid === undefined || heading.pid === pid
  const { cgroup, limitCgroup, limitBytes, usedBytes } = isOurs ? heading : unknown
  return {
    /** Seconds since the machine started, by the kernel's clock. */
    stampS,
    pid,
    /** The program's short name; up to 15 characters that it chose itself. */
    process,
    /** cgroup of the process, from the root of the machine; undefined where the log does not say. */
    cgroup,
    /** cgroup whose limit was hit; undefined where there is none, or the log does not say. */
    limitCgroup,
    /** Undefined where the machine itself had none left. */
    limitBytes,
    /** Bytes that all of that cgroup used. */
    usedBytes,
    /** The machine itself had no memory left; otherwise a limit was hit. */
    isOfMachine: !text.startsWith('Memory cgroup') && limitCgroup === undefined,
    /** Bytes of the process itself that were in memory. */
    processBytes: residentBytes(sizes),
    /** Further processes that were killed with it, as `memory.oom.group` wants it. */
    others: 0,
    /** By how much the kernel's counters go up. One that is chosen, and then killed with its group, counts twice. */
    counted: 1,
  }
}

/** A process that the kernel killed because memory ran out, and those that it killed with it. */
export type OomKill = Readonly<NonNullable<ReturnType<typeof toKill>>>

/**
 * Reads lines of the kernel's log, as `dmesg` prints them. Where a cgroup is killed as a whole
 * (`memory.oom.group`) the log names the process that was chosen, then the cgroup, then all processes in
 * it, mostly with the chosen one again: that is one kill.
 */
export const parseOomKills = (raw: readonly string[]): readonly OomKill[] => {
  const kills: OomKill[] = []
  const headings: number[] = []
  let heading = unknown
  let group: { readonly chosen: number; readonly atS: number } | undefined
  let beginsGroup = false
  const isOfGroup = ({ pid, stampS }: OomKill): boolean => {
    if (group === undefined) return false
    const areAllHeaded = (headings.at(-mostHeadings) ?? -Infinity) <= stampS - headingPeriodS
    return areAllHeaded || pid === group.chosen || stampS - group.atS < groupPauseS
  }
  for (const line of toLines(raw)) {
    const kill = toKill(line, heading)
    const last = kills.at(-1)
    const named = parseGroup(line.text)
    if (named !== undefined && last && heading === unknown) {
      kills[kills.length - 1] = { ...last, cgroup: last.cgroup ?? named }
      group = { chosen: last.pid, atS: line.stampS }
    } else if (named !== undefined) {
      // The chosen one was ending already, or its line is lost.
      heading = { ...heading, pid: undefined, cgroup: heading.cgroup ?? named }
      beginsGroup = true
    } else if (kill === undefined) {
      const added = addTo(heading, line.text)
      if (added === unknown) headings.push(line.stampS)
      if (added !== undefined) group = undefined
      heading = added ?? heading
    } else if (last && isOfGroup(kill)) {
      const others = last.others + (kill.pid === last.pid ? 0 : 1)
      kills[kills.length - 1] = { ...last, others, counted: last.counted + 1 }
      group = { chosen: last.pid, atS: line.stampS }
    } else {
      kills.push(kill)
      heading = unknown
      group = beginsGroup ? { chosen: kill.pid, atS: line.stampS } : undefined
      beginsGroup = false
    }
  }
  return kills
}
