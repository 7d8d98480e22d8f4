/**
 * Reads single lines of the kernel's log. Programs choose their names, and containers those of their
 * cgroups: so lines are searched from one word to the next, and nothing is tried again and again.
 */

export type Line = { readonly stampS: number; readonly text: string }

// Some kernels say who wrote a line, in brackets after the time.
const linePattern = /^\[ *(\d{1,20}\.\d{1,20})\](?:\[ *[CT]\d{1,20}\])? (.*)$/

const heading = 'oom-kill:constraint='
const headingEnd = /,pid=(\d{1,10}),uid=\d{1,10}$/
/** The longest that {@link headingEnd} finds. */
const endLength = 32

/** Three names of cgroups, of at most 4 KB each, and some words. */
const longestHeading = 16 * 1024

/** The text between two words, the second of which comes after the first; undefined without them. */
const between = (text: string, before: string, after: string, from = 0): string | undefined => {
  const start = text.indexOf(before, from)
  const end = start < 0 ? -1 : text.indexOf(after, start + before.length)
  return end < 0 ? undefined : text.slice(start + before.length, end)
}

/** Since Linux 5.0. A program's name comes after the cgroups, and may hold what looks like one. */
export const parsePaths = (text: string) => {
  if (!text.startsWith(heading)) return undefined
  const [end = '', pid] = headingEnd.exec(text.slice(-endLength)) ?? []
  if (pid === undefined) return undefined
  const named = text.slice(0, -end.length)
  const ofLimit = named.indexOf(',oom_memcg=')
  const ofMachine = named.indexOf(',global_oom,task_memcg=')
  const isOfLimit = ofLimit >= 0 && (ofMachine < 0 || ofLimit < ofMachine)
  const at = isOfLimit ? ofLimit : ofMachine
  const cgroup = at < 0 ? undefined : between(named, ',task_memcg=', ',task=', at)
  if (cgroup === undefined) return undefined
  const limitCgroup = isOfLimit ? between(named, ',oom_memcg=', ',task_memcg=', at) : undefined
  return { pid: Number(pid), cgroup, limitCgroup }
}

/** What the kernel says of a kill beforehand: of which process, where, and whose limit was hit. */
export type NamedPaths = Readonly<NonNullable<ReturnType<typeof parsePaths>>>

/** Before Linux 5.0. */
export const parseOlderPaths = (text: string) => {
  const [, cgroup, limitCgroup] =
    /^Task in (.*) killed as a result of limit of (.*)$/s.exec(text) ?? []
  return cgroup === undefined ? undefined : { cgroup, limitCgroup }
}

/** The cgroup that is killed as a whole. */
export const parseGroup = (text: string): string | undefined =>
  /^Tasks in (.*) are going to be killed due to memory\.oom\.group set$/s.exec(text)?.[1]

const killed = 'Killed process '
const sizes = ' total-vm:'

/** The process that was killed, and what is said of its size. Its name may hold what looks like that. */
export const parseKilled = (text: string) => {
  const at = text.indexOf(killed)
  if (at < 0) return undefined
  const rest = text.slice(at + killed.length)
  const [begin, pid] = /^(\d{1,10}) \(/.exec(rest.slice(0, 16)) ?? []
  const end = rest.lastIndexOf(')', rest.lastIndexOf(sizes))
  if (begin === undefined || end < begin.length) return undefined
  return { pid: Number(pid), process: rest.slice(begin.length, end), sizes: rest.slice(end) }
}

const isCutOff = ({ text }: Line): boolean =>
  text.startsWith(heading) &&
  text.length < longestHeading &&
  !headingEnd.test(text.slice(-endLength))

/**
 * Parts times and texts. A heading longer than a line of the kernel's, as nested containers make it, goes
 * on in the next ones: it becomes one again.
 */
export const toLines = (raw: readonly string[]): readonly Line[] => {
  const lines: Line[] = []
  for (const each of raw) {
    const [, stamp, text = ''] = linePattern.exec(each) ?? []
    if (stamp === undefined) continue
    const last = lines.at(-1)
    if (last && /^[,/]/.test(text) && isCutOff(last)) {
      lines[lines.length - 1] = { ...last, text: last.text + text }
    } else {
      lines.push({ stampS: Number(stamp), text })
    }
  }
  return lines
}
