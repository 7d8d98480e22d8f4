import type { Container, Pod } from './parse-cluster.ts'

type Named = Pick<Pod, 'namespace' | 'name'>

/** Commands that tell what is not read here, for people to run. */

export const describePod = ({ namespace, name }: Named): string =>
  `\`kubectl describe pod ${name} --namespace ${namespace}\``

/** Of the run that ended, where the container was started again since. */
export const readLog = (
  { namespace, name }: Named,
  container: Pick<Container, 'name' | 'restarts'>,
): string => {
  const previous = container.restarts > 0 ? ' --previous' : ''
  return `\`kubectl logs ${name} --namespace ${namespace} --container ${container.name}${previous}\``
}
