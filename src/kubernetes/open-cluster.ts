import { closeSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { attempt } from '../failure.ts'
import type { Env } from '../host/command.ts'
import { openMemoryFile } from '../host/memory-file.ts'
import { readRegularFile } from '../host/read-file.ts'
import { type ClusterAccess, findCluster } from './kubeconfig.ts'
import { createKubectl } from './kubectl.ts'
import type { BuilderPlace } from './pods.ts'

const pinnedName = 'kubeconfig'
const recordName = 'kubernetes.json'

/** What post needs to find the same cluster: names and paths, nothing secret. */
type Place = Pick<ClusterAccess, 'files' | 'context' | 'namespace'>

const toPlace = (recorded: unknown): Place | undefined => {
  const { files, context, namespace } = (recorded ?? {}) as Readonly<Record<string, unknown>>
  const isList = Array.isArray(files) && files.every((file) => typeof file === 'string')
  if (!isList || typeof namespace !== 'string') return undefined
  if (context !== undefined && typeof context !== 'string') return undefined
  return { files, context, namespace }
}

/** A path by which our children read it, and that ends with this process. */
const writePinned = (text: string, path: string): (() => void) => {
  const fd = attempt(() => openMemoryFile(Buffer.from(text)))
  if (fd === undefined) {
    writeFileSync(path, text, { mode: 0o600 })
    return () => {}
  }
  symlinkSync(`/proc/${process.pid}/fd/${fd}`, path)
  return () => closeSync(fd)
}

/** A cluster that stays the same one for as long as the step lasts. */
export type OpenCluster = {
  /** In which kubectl and buildx find it. */
  readonly env: Env
  readonly namespace: string
  readonly close: () => void
}

/**
 * Fixes which cluster the environment means now. `kind create cluster` and others move the current context.
 *
 * @param tempDir a folder of the step's own
 * @param given the namespace that is wanted; the context's without one
 * @throws {Failure} where there is no cluster
 */
export const openCluster = (env: Env, tempDir: string, given: string | undefined): OpenCluster => {
  const { files, context, namespace: usual, pinned } = findCluster(env)
  const namespace = given ?? usual
  const place: Place = { files, context, namespace }
  writeFileSync(join(tempDir, recordName), JSON.stringify(place), { mode: 0o600 })
  const path = join(tempDir, pinnedName)
  const close = writePinned(pinned, path)
  return { env: { ...env, KUBECONFIG: path }, namespace, close }
}

/** The cluster of a main that was killed; undefined where it had none. */
export const reopenCluster = (
  env: Env,
  tempDir: string,
  runId: string,
): BuilderPlace | undefined => {
  const place = attempt(() =>
    toPlace(JSON.parse(readRegularFile(join(tempDir, recordName)).toString('utf8'))),
  )
  if (place === undefined) return undefined
  const { files, context, namespace } = place
  // A file without a word leads to the pod's own account.
  const own = { ...env, KUBECONFIG: files.join(delimiter) || '/dev/null' }
  return { kubectl: createKubectl(own, { context }), namespace, runId }
}
