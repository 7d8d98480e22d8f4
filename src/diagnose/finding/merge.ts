import { toLine } from '../../text/to-line.ts'
import { type Finding, findingKinds } from './finding.ts'

const isSameContainer = (a: Finding, b: Finding): boolean =>
  (a.containerId !== undefined && a.containerId === b.containerId) ||
  (a.pod !== undefined &&
    a.namespace === b.namespace &&
    a.pod === b.pod &&
    (a.container === undefined || b.container === undefined || a.container === b.container))

/**
 * What the kubelet tells of a kill, or of an end that it led to, where it is no other than the kernel's. That a probe failed is
 * likely where only the kubelet is asked; who runs out of memory does not answer probes, either.
 */
const isKill = ({ kind, certainty }: Finding): boolean =>
  kind === 'oom-kill' ||
  kind === 'killed' ||
  kind === 'crash' ||
  (kind === 'liveness' && certainty === 'likely')

/**
 * Puts together what the kernel and what the cluster tell. The kernel knows more of an OOM kill: the
 * limit that was hit, and by which process. What only it could not locate, the cluster may have.
 */
export const mergeKills = (
  kernels: readonly Finding[],
  clusters: readonly Finding[],
): readonly Finding[] => {
  const added = clusters.filter(
    (finding) => !isKill(finding) || !kernels.some((kernel) => isSameContainer(kernel, finding)),
  )
  const isLocated = added.some(({ kind }) => kind === 'oom-kill')
  const sure = kernels.filter(({ certainty }) => !isLocated || certainty !== 'possible')
  return [...sure, ...added]
}

const toRank = ({ kind, certainty }: Finding): number =>
  findingKinds.indexOf(kind) + (certainty === 'possible' ? findingKinds.length : 0)

/** Sorts for people: GitHub shows ten annotations of a step, and nobody reads the twentieth line. */
export const sortFindings = (findings: readonly Finding[]): readonly Finding[] =>
  findings.toSorted((a, b) => toRank(a) - toRank(b))

/**
 * What is one and the same finding for whoever diagnoses a second time, when there may be more of it:
 * whom it hit, or what it says where that is not known.
 */
export const toKey = (finding: Finding): string => {
  const { kind, cause, node, namespace, pod, container, containerId } = finding
  const whom = [node, namespace, pod, container, containerId].map((part) => part ?? '')
  return toLine([kind, ...(whom.some((part) => part !== '') ? whom : [cause])].join(' '))
}
