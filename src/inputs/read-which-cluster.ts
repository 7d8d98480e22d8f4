import type { ClusterKind } from '../cluster/node.ts'
import type { Mode } from './choices.ts'
import type { Inputs } from './inputs.ts'
import { defaults, type InputName } from './raw-inputs.ts'
import type { Reader } from './reader.ts'

const kinds = ['auto', 'kind', 'k3d', 'minikube', 'containerd'] as const satisfies ClusterKind[]

const reportNoDocker = ({ report, run }: Reader): void => {
  const provider = run.childEnv['KIND_EXPERIMENTAL_PROVIDER']
  if (provider !== undefined && provider !== '' && provider !== 'docker')
    report(
      'cluster',
      'KIND_EXPERIMENTAL_PROVIDER has kind run its nodes elsewhere than in Docker, where Slipway cannot reach them. Unset it, and make the cluster in Docker.',
      provider,
    )
}

/** What needs nodes that are containers, and what does the same without. */
const needless: readonly (readonly [name: InputName, instead: string])[] = [
  ['cluster-name', 'a machine has one cluster. Leave it out.'],
  ['nodes', 'this machine is the one node. Leave it out.'],
  ['node-files', 'it links files into the volumes of containers. Mount them as `hostPath`.'],
  ['node-files-prune', 'there are no files of Slipway on a machine. Leave it out.'],
  ['image-report', "a node's image has the programs for it. Use a step with mode: report."],
  ['image-size-limit', "a node's image has the programs for it. Use a step with mode: report."],
  ['image-growth-limit', "a node's image has the programs for it. Use a step with mode: report."],
  ['comment', "a node's image has the programs for it. Use a step with mode: report."],
  ['keep-state', "a node's image is what claims it. Use cache or build-cache."],
]

const isGiven = ({ text }: Reader, name: InputName): boolean => {
  const given = text(name)
  return given !== undefined && given !== defaults[name]
}

const reportNeedless = (reader: Reader): void => {
  const { report, raw, text } = reader
  for (const [name, why] of needless)
    if (isGiven(reader, name)) report(name, `not with cluster: containerd: ${why}`, raw[name])
  if (text('load-mode') === 'kind')
    report('load-mode', 'not with cluster: containerd: kind does not know it. Take auto.', 'kind')
}

/** Images go into the cluster that is there, and is not made here. */
const reportUnmade = ({ isTrue, report }: Reader, kind: ClusterKind): void => {
  if (isTrue('create-cluster') && kind !== 'auto' && kind !== 'kind')
    report(
      'cluster',
      'create-cluster makes clusters of kind alone. Make it before this step.',
      kind,
    )
}

/** Reads which cluster the images are for. */
export const readWhichCluster = (
  reader: Reader,
  mode: Mode,
): Pick<Inputs, 'cluster' | 'clusterName' | 'containerdAddress'> => {
  const { choice, word, text, report } = reader
  const given = word('cluster-name')
  const containerdAddress = word('containerd-address') ?? '/run/containerd/containerd.sock'
  if (mode === 'report') return { cluster: 'auto', clusterName: given ?? 'kind', containerdAddress }
  const cluster = choice('cluster', kinds)
  reportUnmade(reader, cluster)
  if (cluster === 'containerd') {
    reportNeedless(reader)
    return { cluster, clusterName: 'containerd', containerdAddress }
  }
  reportNoDocker(reader)
  if (text('containerd-address') !== undefined)
    report('containerd-address', 'it is for cluster: containerd. Set that, or leave it out.')
  return { cluster, clusterName: given ?? 'kind', containerdAddress }
}
