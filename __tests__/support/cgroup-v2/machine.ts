import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import type { NodeNow } from '../../../src/diagnose/nodes/gather-nodes.ts'
import { parseNodeReport } from '../../../src/diagnose/nodes/node-report.ts'
import { toSections } from '../../../src/text/sections.ts'
import { isThorough } from '../thorough.ts'

const folder = '__tests__/support/cgroup-v2'
const files = ['stories.sh', 'nodes.sh'].map((name) => `${folder}/${name}`)
const script = 'src/diagnose/nodes/in-node/look.sh'
const machine = ['script/testbed.d/vm.sh', 'script/testbed.d/vm/init']

/** What the machine printed when it last ran, below a line that says what made it. */
const recorded = `${folder}/recorded.txt`

/** Of all that is ours and of the kernel's suite, not of the versions that Debian has today. */
const toKey = (): string => {
  const hash = createHash('sha256').update(
    (process.env['SLIPWAY_TESTBED_ENGINE'] ?? '').replace(/^.*-|host/, ''),
  )
  for (const path of [...files, script, ...machine]) hash.update(`\0${readFileSync(path, 'utf8')}`)
  return hash.digest('hex').slice(0, 16)
}

const boot = async (): Promise<string> => {
  const args = ['script/testbed', 'vm', ...files, script]
  return (await promisify(execFile)('bash', args, { maxBuffer: 64 * 1024 * 1024 })).stdout
}

const heading = `== made by ${toKey()}\n`

/** What is recorded, where the same made it. */
const readRecorded = (): string | undefined => {
  const kept = existsSync(recorded) ? readFileSync(recorded, 'utf8') : ''
  return kept.startsWith(heading) ? kept.slice(heading.length) : undefined
}

/** IDs of the nodes in stories.sh. */
export const nodeIds = { plane: 'a', worker: 'b', nested: 'c' } as const
export type NodeName = keyof typeof nodeIds

/** As Docker and CRI have them: 64 digits. */
export const hex = (digit: string): string => digit.repeat(64)

const toNode = (name: NodeName, printed: string): NodeNow => ({
  name,
  id: hex(nodeIds[name]),
  role: 'control-plane',
  state: {
    Pid: 1,
    Running: true,
    StartedAt: '2026-01-01T00:00:00Z',
    ExitCode: 0,
    OOMKilled: false,
  },
  report: parseNodeReport(printed),
})

/** What the virtual machine printed: what each look showed of each node, and the kernel's release. */
export type Stories = {
  readonly kernel: string
  readonly looks: ReadonlyMap<string, readonly NodeNow[]>
  /** All that any look printed of the kernel's log. */
  readonly logLines: readonly string[]
  /** Has it recorded, for whoever found that all is in it: on a busy machine it is not. */
  readonly keep: () => void
}

/** A kernel with cgroup v2 has processes killed, and what Slipway sees there is read as it reads it. */
export const tellStories = async (): Promise<Stories> => {
  const before = readRecorded()
  const whole = before === undefined || isThorough ? await boot() : before
  const [, ...parts] = whole.split(/^##### (\S+) (\S+)\n/m)
  const looks = new Map<string, readonly NodeNow[]>()
  const logLines: string[] = []
  for (let at = 3; at < parts.length; at += 3) {
    const [label = '', node = '', printed = ''] = parts.slice(at)
    looks.set(label, [...(looks.get(label) ?? []), toNode(node as NodeName, printed)])
    logLines.push(...(toSections(printed).get('log') ?? '').split('\n').filter(Boolean))
  }
  const keep = (): void => {
    if (before === undefined) writeFileSync(recorded, heading + whole)
  }
  return { kernel: parts[1] ?? '', looks, logLines, keep }
}
