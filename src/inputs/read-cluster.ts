import { resolve } from 'node:path'
import type { ClusterKind } from '../cluster/node.ts'
import type { ClusterRequest } from '../cluster/request.ts'
import type { InputName } from './raw-inputs.ts'
import type { Reader } from './reader.ts'
import { reportOutside } from './report-outside.ts'

const ofCluster = ['kind-config', 'node-image', 'wait', 'kubeconfig'] as const satisfies InputName[]

/** YAML, and no path: a mapping has a colon and a space, or ends its line with one. */
const isInline = (text: string): boolean => /[\n{]|:\s|:$/.test(text)

const readConfig = (reader: Reader): ClusterRequest['config'] => {
  const { text, report, run } = reader
  const given = text('kind-config')
  if (given === undefined) return undefined
  if (isInline(given)) return { kind: 'inline', text: `${given}\n` }
  const path = resolve(run.workspace, given)
  if (reportOutside(reader, 'kind-config', given) && run.kindOf(path) !== 'file') {
    const how = 'Name a file of the workspace, or write the YAML itself.'
    report('kind-config', `there is no such file. ${how}`, given)
  }
  return { kind: 'file', path }
}

const readKubeconfig = (reader: Reader): string | undefined => {
  const { text, report, run } = reader
  const given = text('kubeconfig')
  if (given === undefined) return undefined
  const path = resolve(run.workspace, given)
  if (reportOutside(reader, 'kubeconfig', given) && run.kindOf(path) === 'folder')
    report('kubeconfig', 'it is a folder. Write the path of a file.', given)
  return path
}

const kinds = ['auto', 'kind', 'k3d', 'minikube'] as const satisfies ClusterKind[]

/** Reads who made the cluster. */
export const readClusterKind = ({ choice, isTrue, report, run }: Reader): ClusterKind => {
  const kind = choice('cluster', kinds)
  if (isTrue('create-cluster') && kind !== 'auto' && kind !== 'kind')
    report(
      'cluster',
      'create-cluster makes clusters of kind alone. Make it before this step.',
      kind,
    )
  const provider = run.childEnv['KIND_EXPERIMENTAL_PROVIDER']
  if (provider !== undefined && provider !== '' && provider !== 'docker')
    report(
      'cluster',
      'KIND_EXPERIMENTAL_PROVIDER has kind run its nodes elsewhere than in Docker, where Slipway cannot reach them. Unset it, and make the cluster in Docker.',
      provider,
    )
  return kind
}

/** Reads which cluster the step is to make; undefined for none. */
export const readCluster = (reader: Reader): ClusterRequest | undefined => {
  const { text, word, isTrue, report } = reader
  const isWanted = isTrue('create-cluster')
  const keeps = isTrue('keep-cluster')
  if (!isWanted) {
    const useless = [
      ...ofCluster.filter((name) => text(name) !== undefined),
      ...(keeps ? (['keep-cluster'] as const) : []),
    ]
    for (const name of useless)
      report(
        name,
        'it is for a cluster that this step makes. Set create-cluster: true, or leave it out.',
      )
    return undefined
  }
  return {
    config: readConfig(reader),
    nodeImage: word('node-image'),
    wait: word('wait'),
    kubeconfig: readKubeconfig(reader),
    keeps,
  }
}
