/** A process that the kernel killed because memory ran out. */
export type Kill = {
  /** Seconds since the machine started, by the kernel's clock. */
  readonly stampS: number
  readonly pid: number
  /** The program's short name; up to 15 characters that it chose itself. */
  readonly process: string
  /** cgroup of the process, from the root of the machine; undefined where the log does not say. */
  readonly cgroup: string | undefined
  /** cgroup whose limit was hit; undefined when the machine itself had no memory left. */
  readonly limitCgroup: string | undefined
  /** Bytes; undefined where the machine itself had none left. */
  readonly limitBytes: number | undefined
  /** Bytes that all of that cgroup used. */
  readonly usedBytes: number | undefined
  /** Bytes of the process itself that were in memory. */
  readonly processBytes: number | undefined
}

/** What the log says of kills, and between which times it reaches. */
export type KernelLog = {
  readonly kills: readonly Kill[]
  readonly firstS: number
  readonly lastS: number
}

const linePattern = /^\[ *(\d+\.\d+)\] (.*)$/
const usagePattern = /^memory: usage (\d+)kB, limit (\d+)kB/
// Since Linux 5.0. Names of programs may hold commas: what follows them is read from the end.
const pathsPattern =
  /^oom-kill:constraint=.*?,(?:oom_memcg=(.*?),|global_oom,)task_memcg=(.*),task=.*,pid=(\d+),uid=\d+$/
// Before that.
const olderPattern = /^Task in (.*) killed as a result of limit of (.*)$/
const killedPattern = /Killed process (\d+) \((.*)\).*? total-vm:/
const residentPattern = /\b(?:anon|file|shmem)-rss:(\d+)kB/g

const toBytes = (kilobytes: string | undefined): number | undefined =>
  kilobytes === undefined ? undefined : Number(kilobytes) * 1_024

const residentBytes = (text: string): number =>
  [...text.matchAll(residentPattern)].reduce((sum, [, kB]) => sum + (toBytes(kB) ?? 0), 0)

type Circumstances = Omit<Kill, 'stampS' | 'pid' | 'process' | 'processBytes'>

const unknown: Circumstances = {
  cgroup: undefined,
  limitCgroup: undefined,
  limitBytes: undefined,
  usedBytes: undefined,
}

/** What a line adds to what is known of the next kill; undefined when it says nothing of it. */
const toCircumstances = (known: Circumstances, text: string): Circumstances | undefined => {
  if (text.includes(' invoked oom-killer: ')) return unknown
  const usage = usagePattern.exec(text)
  if (usage) return { ...known, usedBytes: toBytes(usage[1]), limitBytes: toBytes(usage[2]) }
  const paths = pathsPattern.exec(text)
  if (paths) return { ...known, limitCgroup: paths[1], cgroup: paths[2] }
  const older = olderPattern.exec(text)
  if (older) return { ...known, cgroup: older[1], limitCgroup: older[2] }
  return undefined
}

/**
 * Reads lines of the kernel's log, as `dmesg` prints them. Kills of one cgroup as a whole
 * (`memory.oom.group`) are several lines after one heading: they share what that says.
 */
export const parseKills = (lines: readonly string[]): readonly Kill[] => {
  const kills: Kill[] = []
  let known = unknown
  for (const line of lines) {
    const [, stamp, text = ''] = linePattern.exec(line) ?? []
    if (stamp === undefined) continue
    const [, pid, process] = killedPattern.exec(text) ?? []
    if (pid === undefined || process === undefined) {
      known = toCircumstances(known, text) ?? known
      continue
    }
    const processBytes = residentBytes(text)
    kills.push({ ...known, stampS: Number(stamp), pid: Number(pid), process, processBytes })
  }
  return kills
}
