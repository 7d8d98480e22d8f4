import type { Pod } from './parse-cluster.ts'

type Named = Pick<Pod, 'namespace' | 'name'>

/** Commands that tell what is not read here, for people to run. */

export const describePod = ({ namespace, name }: Named): string =>
  `\`kubectl describe pod ${name} --namespace ${namespace}\``

/** @param isPrevious of the run that ended, where the container was started again since */
export const readLog = (
  { namespace, name }: Named,
  container: string,
  isPrevious: boolean,
): string => {
  const previous = isPrevious ? ' --previous' : ''
  return `\`kubectl logs ${name} --namespace ${namespace} --container ${container}${previous}\``
}
