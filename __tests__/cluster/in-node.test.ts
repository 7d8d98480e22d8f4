import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { toMachineCommand } from '../../src/cluster/in-node.ts'
import type { MachineNode } from '../../src/cluster/node.ts'
import { startPiped } from '../../src/host/process-group.ts'

test("a shell on this machine that hears us through a pipe does not begin with its user's .bashrc", async () => {
  const home = mkdtempSync(join(tmpdir(), 'in-node-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  writeFileSync(join(home, '.bashrc'), 'echo of the user\n')
  // As sudo leaves it: no shell around this one is known.
  const env = { PATH: process.env['PATH'] ?? '', HOME: home }
  const node = { startedBy: [], env } as unknown as MachineNode
  const command = toMachineCommand(node, ['bash', '-c', 'read -r line; echo "$line"'])
  const { child, ended } = startPiped({ ...command, timeoutMs: 60_000 }, () => {})
  const printed = text(child.stdout)
  child.stdin.end('of ours\n')
  await ended
  expect(await printed).toBe('of ours\n')
})
