import type { Pod } from './parse-cluster.ts'

/** The tries of a Job have names that differ in their last five characters; those of an Indexed one, of each index. */
const toTask = ({ namespace, owner, name }: Pod): string =>
  owner?.startsWith('Job/') ? `${namespace} ${owner} ${name.slice(0, -5)}` : `${namespace} ${name}`

/** Tells of each pod whether what it is to do is done, by it or by another try of its Job. */
export const toIsDone = (pods: readonly Pod[]): ((pod: Pod) => boolean) => {
  const done = new Set(pods.filter(({ phase }) => phase === 'Succeeded').map(toTask))
  return (pod) => done.has(toTask(pod))
}
