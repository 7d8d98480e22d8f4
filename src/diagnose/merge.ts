import type { Finding, Told } from './finding/finding.ts'
import { toKey } from './render.ts'

const isSameContainer = (a: Finding, b: Finding): boolean =>
  (a.containerId !== undefined && a.containerId === b.containerId) ||
  (a.pod !== undefined &&
    a.namespace === b.namespace &&
    a.pod === b.pod &&
    (a.container === undefined || b.container === undefined || a.container === b.container))

/**
 * What the kubelet tells of a kill, where it is no other than the kernel's. That a probe failed is
 * likely where only the kubelet is asked; who runs out of memory does not answer probes, either.
 */
const isKill = ({ kind, certainty }: Finding): boolean =>
  kind === 'oom-kill' || kind === 'killed' || (kind === 'liveness' && certainty === 'likely')

/**
 * Puts together what the kernel and what the cluster tell. The kernel knows more of a kill for memory:
 * the limit that was hit, and by which process. What only it could not place, the cluster may have.
 */
export const mergeKills = (
  kernels: readonly Finding[],
  clusters: readonly Finding[],
): readonly Finding[] => {
  const news = clusters.filter(
    (finding) => !isKill(finding) || !kernels.some((kernel) => isSameContainer(kernel, finding)),
  )
  const isPlaced = news.some(({ kind }) => kind === 'oom-kill')
  const sure = kernels.filter(({ certainty }) => !isPlaced || certainty !== 'possible')
  return [...sure, ...news]
}

/** What others of the job have reported already is not reported again. */
export const withoutReported = <T extends Told>(told: T, reported: ReadonlySet<string>): T => ({
  ...told,
  findings: told.findings.filter((finding) => !reported.has(toKey(finding))),
})
