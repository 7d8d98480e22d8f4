import { parseList } from './parsers.ts'
import type { ReportProblem } from './problems.ts'
import type { RawInputs } from './raw-inputs.ts'

/** What Bake files may have beyond the files of the workspace, in the words of `bake --allow`. */
export type Allowances = {
  /** Such as `network.host` or `ssh`. */
  readonly words: readonly string[]
  /** Paths as given; `*` is all of them. */
  readonly reads: readonly string[]
  readonly writes: readonly string[]
}

const remedy =
  'Write fs=PATH, fs.read=PATH, fs.write=PATH, network.host, security.insecure, ssh, device or device=NAME.'

/** Reads what the workflow's author allows. */
export const readAllow = (raw: RawInputs, report: ReportProblem): Allowances => {
  const words: string[] = []
  const reads: string[] = []
  const writes: string[] = []
  for (const value of parseList('allow', raw, report)) {
    const [, kind, path = ''] = /^fs(\.read|\.write)?=(.+)$/.exec(value) ?? []
    const isPath = path !== ''
    if (isPath && kind !== '.write') reads.push(path)
    if (isPath && kind !== '.read') writes.push(path)
    if (isPath) continue
    if (/^(?:network\.host|security\.insecure|ssh|device(?:=.+)?)$/.test(value)) words.push(value)
    else report({ input: 'allow', value, reason: 'nothing that can be allowed', remedy })
  }
  return { words, reads, writes }
}
