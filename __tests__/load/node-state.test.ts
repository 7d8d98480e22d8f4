import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { MachineNode } from '../../src/cluster/node.ts'
import type { EngineApi } from '../../src/docker/engine-api.ts'
import { inspectNode } from '../../src/load/node-state.ts'

/** A folder of programs in place of a node's own. */
const putPrograms = (programs: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'node-state-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [program, text] of Object.entries(programs)) {
    writeFileSync(join(folder, program), `#!/bin/sh\n${text}\n`)
    chmodSync(join(folder, program), 0o755)
  }
  return folder
}

test.each(['gnu', 'busybox'] as const)(
  "the snapshots are those of the node's own snapshotter: %s",
  async (userland) => {
    const folder = putPrograms({
      ctr: `case "$*" in *"snapshots list"*) echo KEY PARENT KIND; echo "$CONTAINERD_SNAPSHOTTER  Committed" ;; esac`,
      crictl: '',
    })
    const node = {
      provider: 'containerd',
      userland,
      containerd: { namespace: 'k8s.io', root: '/', snapshotter: 'native' },
      startedBy: [],
      env: { PATH: `${folder}:${process.env['PATH']}`, SLIPWAY_SOCKET: `${folder}/none.sock` },
    } as unknown as MachineNode
    const { chains } = await inspectNode({} as EngineApi, node, [])
    expect([...chains]).toEqual(['native'])
  },
)
