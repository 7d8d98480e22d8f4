/** Programs that start pods of images which they are told in their arguments. */
const programs: readonly {
  /** Where the program reads them. */
  readonly source: string
  readonly flags: readonly string[]
}[] = [
  {
    source: 'github.com/prometheus-operator/prometheus-operator cmd/operator/main.go',
    flags: ['prometheus-config-reloader', 'config-reloader-image'],
  },
  {
    source: 'github.com/cert-manager/cert-manager cmd/controller/app/options/options.go',
    flags: ['acme-http01-solver-image'],
  },
  {
    source: 'github.com/tektoncd/pipeline cmd/controller/main.go',
    flags: [
      ...['entrypoint-image', 'nop-image', 'sidecarlogresults-image', 'workingdirinit-image'],
      ...['shell-image', 'git-image'],
    ],
  },
  {
    source: 'github.com/argoproj/argo-workflows cmd/workflow-controller/main.go',
    flags: ['executor-image'],
  },
  {
    source: 'github.com/longhorn/longhorn-manager app/daemon.go',
    flags: [
      ...['engine-image', 'instance-manager-image', 'share-manager-image', 'manager-image'],
      ...['backing-image-manager-image', 'support-bundle-manager-image'],
    ],
  },
  {
    source: 'github.com/open-telemetry/opentelemetry-operator internal/config',
    flags: [
      ...['collector-image', 'clusterobservability-collector-image'],
      ...['target-allocator-image', 'operator-opamp-bridge-image'],
      ...['java', 'nodejs', 'python', 'dotnet', 'go', 'apache-httpd', 'nginx'].map(
        (language) => `auto-instrumentation-${language}-image`,
      ),
    ],
  },
  {
    source: 'github.com/kubeflow/training-operator cmd/training-operator.v1/main.go',
    flags: ['pytorch-init-container-image', 'mpi-kubectl-delivery-image'],
  },
]

/** Longhorn's driver has them of its environment: github.com/longhorn/longhorn-manager app/driver.go. */
const variables: readonly string[] = [
  ...['CSI_ATTACHER_IMAGE', 'CSI_PROVISIONER_IMAGE', 'CSI_RESIZER_IMAGE', 'CSI_SNAPSHOTTER_IMAGE'],
  ...['CSI_NODE_DRIVER_REGISTRAR_IMAGE', 'CSI_LIVENESS_PROBE_IMAGE'],
]

/** Whether operators are told an image by such a variable; `RELATED_IMAGE_` is of the Operator Lifecycle Manager. */
export const isImageVariable = (name: string): boolean =>
  name.startsWith('RELATED_IMAGE_') || variables.includes(name)

const known: ReadonlySet<string> = new Set(programs.flatMap(({ flags }) => flags))

/**
 * What an argument says of an image: the flag, and its value where it stands in the same argument.
 * Undefined for all other arguments, of which nothing is kept.
 */
export const parseImageArgument = (argument: string) => {
  const [, flag = '', value] = /^--?([a-z0-9][a-z0-9-]{0,99})(?:=(.*))?$/s.exec(argument) ?? []
  if (known.has(flag)) return { flag, value, isKnown: true }
  if (!flag.endsWith('-image')) return undefined
  return { flag, value: undefined, isKnown: false }
}
