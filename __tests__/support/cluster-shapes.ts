import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { eventually } from './eventually.ts'
import type { RunIn } from './loading.ts'
import { startMachineContainerd } from './machine-containerd.ts'
import { unpackBusybox } from './shaped-images.ts'
import { type Cluster, docker, inNode, startCluster, uniqueName } from './testbed.ts'

/** What k3d and minikube run, and a machine without them, as far as images are put there: no Kubernetes in it. */
export type ClusterShape = 'kind' | 'minikube' | 'k3d' | 'containerd'

const nodeImage = (): string => process.env['SLIPWAY_NODE_IMAGE'] ?? ''

/** K3s' image has K3s, BusyBox and nothing else; its `ctr` and `crictl` know K3s' containerd. */
const bare = (node: string): string => `FROM ${node} AS node
RUN mkdir -p /bare/k3s && for name in ctr containerd crictl; do \\
    program=$(command -v "$name") && cp "$program" /bare/k3s/ && \\
    { ldd "$program" | grep -o '/[^ )]*' | xargs -r cp --parents --dereference --target-directory /bare || true; }; done && \\
  mkdir -p /bare/etc/containerd /bare/tmp && cp /etc/containerd/config.toml /bare/etc/containerd/
FROM scratch
COPY --from=node /bare /
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
COPY --chmod=755 ctr crictl k3s /bin/
ENV PATH=/bin:/k3s
VOLUME /var/lib/rancher/k3s
ENTRYPOINT ["/bin/k3s"]
`

const socket = '/run/k3s/containerd/containerd.sock'

const bareFiles: Readonly<Record<string, string>> = {
  ctr: `#!/bin/sh\nCONTAINERD_ADDRESS=${socket} CONTAINERD_NAMESPACE=k8s.io exec /k3s/ctr "$@"\n`,
  crictl: `#!/bin/sh\nexec /k3s/crictl --runtime-endpoint=unix://${socket} "$@"\n`,
  k3s: `#!/bin/sh
mkdir -p /run/k3s/containerd
exec /k3s/containerd --address ${socket} --state /run/k3s/containerd \\
  --root /var/lib/rancher/k3s/agent/containerd --config /etc/containerd/config.toml
`,
}

const buildBare = async (): Promise<string> => {
  const tag = `${uniqueName('bare')}:1`
  const context = await mkdtemp(join(tmpdir(), 'bare-'))
  try {
    await cp(join(context, await unpackBusybox(context)), join(context, 'busybox'))
    const files = { Dockerfile: bare(nodeImage()), ...bareFiles }
    for (const [name, text] of Object.entries(files)) await writeFile(join(context, name), text)
    await docker(
      'buildx',
      'build',
      '--quiet',
      '--load',
      '--provenance=false',
      '--tag',
      tag,
      context,
    )
    return tag
  } finally {
    await rm(context, { recursive: true })
  }
}

const privileged = ['--privileged', '--security-opt', 'seccomp=unconfined', '--pull', 'never']

const answers = async (node: string): Promise<boolean> =>
  promisify(execFile)('docker', ['exec', node, 'crictl', 'version']).then(
    () => true,
    () => false,
  )

/** Run with what k3d passes (pkg/runtimes/docker/translate.go). */
const startK3d = async (name: string): Promise<Cluster> => {
  const image = await buildBare()
  const nodes = [`k3d-${name}-server-0`, `k3d-${name}-agent-0`]
  for (const node of nodes) {
    const role = node.includes('-server-') ? 'server' : 'agent'
    const labels = ['app=k3d', `k3d.cluster=${name}`, `k3d.role=${role}`]
    const run = ['--detach', '--name', node, '--tmpfs', '/run', '--init', '--userns', 'host']
    await docker(
      'run',
      ...run,
      ...privileged,
      ...labels.flatMap((label) => ['--label', label]),
      image,
    )
  }
  const remove = async (): Promise<void> => {
    await docker('rm', '--force', '--volumes', ...nodes)
    await docker('rmi', image)
  }
  return { name, nodes, remove }
}

/**
 * Two nodes, run with what minikube passes (pkg/drivers/kic/oci/oci.go), from an image like kind's, as minikube's
 * is. Labels name the machine, and the network the cluster.
 */
const startMinikube = async (name: string): Promise<Cluster> => {
  const nodes = [name, `${name}-m02`]
  await docker('network', 'create', name)
  for (const node of nodes) {
    const labels = [
      'created_by.minikube.sigs.k8s.io=true',
      `name.minikube.sigs.k8s.io=${node}`,
      `mode.minikube.sigs.k8s.io=${node}`,
      'role.minikube.sigs.k8s.io=',
    ]
    const run = ['--detach', '--tty', '--name', node, '--hostname', node, '--cgroupns', 'private']
    const mounts = ['--tmpfs', '/tmp', '--tmpfs', '/run', '--volume', `${node}:/var`]
    const given = [...privileged, ...mounts, ...labels.flatMap((label) => ['--label', label])]
    await docker('run', ...run, '--network', name, ...given, nodeImage())
  }
  const remove = async (): Promise<void> => {
    await docker('rm', '--force', ...nodes)
    await docker('volume', 'rm', ...nodes)
    await docker('network', 'rm', name)
  }
  return { name, nodes, remove }
}

/** Its nodes, what finds them, and a way in. */
export type StartedShape = Omit<Cluster, 'name'> & {
  readonly inputs: Readonly<Record<string, string>>
  readonly runIn: RunIn
}

/** A containerd of this machine's own, whose programs are on the `PATH` until it is removed. */
const startOnMachine = async (): Promise<StartedShape> => {
  const { address, bin, run, stop } = await startMachineContainerd()
  const { PATH } = process.env
  process.env['PATH'] = `${bin}:${PATH}`
  return {
    nodes: [hostname()],
    inputs: { cluster: 'containerd', 'containerd-address': address },
    runIn: (_, ...command) => run(...command),
    remove: async () => {
      process.env['PATH'] = PATH
      await stop()
    },
  }
}

/** A cluster of containers like a provider's, made from the testbed's node image; or no containers. */
export const startShape = async (shape: ClusterShape): Promise<StartedShape> => {
  if (shape === 'containerd') return startOnMachine()
  const { name, ...cluster } = await startContainers(shape)
  return { ...cluster, inputs: { 'cluster-name': name }, runIn: inNode }
}

const startContainers = async (shape: Exclude<ClusterShape, 'containerd'>): Promise<Cluster> => {
  if (shape === 'kind') return startCluster(2)
  const name = uniqueName(shape)
  const cluster = await (shape === 'k3d' ? startK3d : startMinikube)(name)
  const areUp = async (): Promise<boolean> =>
    (await Promise.all(cluster.nodes.map(answers))).every(Boolean)
  await eventually(`containerd answers in ${name}`, areUp).catch(async (error: Error) => {
    await cluster.remove()
    throw error
  })
  return cluster
}
