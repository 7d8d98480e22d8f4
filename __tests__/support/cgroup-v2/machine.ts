import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { LookedNode } from '../../../src/diagnose/nodes/look-nodes.ts'
import { parseNodeReport } from '../../../src/diagnose/nodes/node-report.ts'
import { toSections } from '../../../src/text/sections.ts'

const folder = '__tests__/support/cgroup-v2'
const files = ['stories.sh', 'nodes.sh'].map((name) => `${folder}/${name}`)
const script = 'src/diagnose/nodes/in-node/look.sh'

/** IDs of the nodes in stories.sh. */
export const nodeIds = { plane: 'a', worker: 'b', nested: 'c' } as const
export type NodeName = keyof typeof nodeIds

/** As Docker and CRI have them: 64 digits. */
export const hex = (digit: string): string => digit.repeat(64)

const toNode = (name: NodeName, printed: string): LookedNode => ({
  name,
  id: hex(nodeIds[name]),
  role: 'control-plane',
  isRunning: true,
  startedAt: '2026-01-01T00:00:00Z',
  exitCode: 0,
  wasKilled: false,
  report: parseNodeReport(printed),
})

/** What the virtual machine printed: what each look showed of each node, and the kernel's release. */
export type Stories = {
  readonly kernel: string
  readonly looks: ReadonlyMap<string, readonly LookedNode[]>
  /** All that any look printed of the kernel's log. */
  readonly logLines: readonly string[]
}

/** Boots a kernel with cgroup v2, has processes killed there and looks as Slipway does. */
export const tellStories = async (): Promise<Stories> => {
  const args = ['script/testbed', 'vm', ...files, script]
  const { stdout } = await promisify(execFile)('bash', args, { maxBuffer: 64 * 1024 * 1024 })
  const [, ...parts] = stdout.split(/^##### (\S+) (\S+)\n/m)
  const looks = new Map<string, readonly LookedNode[]>()
  const logLines: string[] = []
  for (let at = 3; at < parts.length; at += 3) {
    const [label = '', node = '', printed = ''] = parts.slice(at)
    looks.set(label, [...(looks.get(label) ?? []), toNode(node as NodeName, printed)])
    logLines.push(...(toSections(printed).get('log') ?? '').split('\n').filter(Boolean))
  }
  return { kernel: parts[1] ?? '', looks, logLines }
}
