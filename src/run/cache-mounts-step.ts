import { join } from 'node:path'
import { type MountPorts, restoreMounts } from '../build/mounts/restore-mounts.ts'
import { saveMounts } from '../build/mounts/save-mounts.ts'
import { createEntryCache } from '../store/entry-cache.ts'
import type { Handler, Ports } from './ports.ts'

const toPorts = ({ docker, log, run }: Ports): MountPorts => ({
  docker: docker.command,
  cache: createEntryCache(run.cache),
  env: run.env,
  folder: join(run.layoutDir, 'cache-mounts'),
  line: log.line,
  warn: log.warning,
  signal: run.signal,
})

export const restoreCacheMounts: Handler<'restore-mounts'> = ({ mounts }, ports) =>
  restoreMounts(mounts, toPorts(ports))

export const keepCacheMounts: Handler<'keep-mounts'> = async (step, ports) => {
  const restored = ports.run.resultOf('restore-mounts', step.restored) ?? []
  if (step.mayWrite) await saveMounts(restored, step, toPorts(ports))
  else ports.log.line('cache-mounts: not kept: this run may only read the cache.')
}
