import { randomUUID } from 'node:crypto'
import { hush } from './diagnosed-job.ts'
import { eventually } from './eventually.ts'
import { inNode } from './testbed.ts'

/** A pod with one container, as kubelet would have CRI start it. */
export type GreedyPod = {
  readonly uid: string
  readonly sandbox: string
  readonly container: string
  readonly state: () => Promise<string>
  readonly remove: () => Promise<void>
}

/** Perl is part of every Debian system. Takes memory until something stops it. */
export const takeAll = 'my $piece = "a" x (1 << 20); push @all, $piece . "b" while 1'

/** As `takeAll`, in a child; the container goes on. */
export const takeAllInChild = `if (my $pid = fork) { waitpid $pid, 0; sleep 600 } else { ${takeAll} }`

const toLabels = (namespace: string, name: string, uid: string) => ({
  'io.kubernetes.pod.name': name,
  'io.kubernetes.pod.namespace': namespace,
  'io.kubernetes.pod.uid': uid,
})

const writeJson = (node: string, path: string, value: unknown): Promise<string> =>
  inNode(node, 'sh', '-c', 'printf %s "$1" >"$2"', 'sh', JSON.stringify(value), path)

/** Starts a pod in a node with what kubelet passes: labels, cgroups of its own, a limit of 50 MB. */
export const startGreedyPod = async (
  node: string,
  image: string,
  {
    namespace,
    name,
    script,
  }: { readonly namespace: string; readonly name: string; readonly script: string },
): Promise<GreedyPod> => {
  const uid = randomUUID()
  const labels = toLabels(namespace, name, uid)
  const [podFile, containerFile] = [`/tmp/${uid}.pod.json`, `/tmp/${uid}.container.json`]
  await writeJson(node, podFile, {
    metadata: { name, namespace, uid, attempt: 0 },
    log_directory: `/tmp/${uid}`,
    labels,
    linux: {
      cgroup_parent: `kubelet-kubepods-burstable-pod${uid.replaceAll('-', '_')}.slice`,
      security_context: { namespace_options: { network: 2, pid: 1, ipc: 0 } },
    },
  })
  await writeJson(node, containerFile, {
    metadata: { name: 'main', attempt: 0 },
    image: { image },
    log_path: 'main.log',
    labels: { ...labels, 'io.kubernetes.container.name': 'main' },
    command: ['perl', '-e', script],
    envs: [{ key: 'DATABASE_PASSWORD', value: hush }],
    linux: { resources: { memory_limit_in_bytes: 50_000_000 } },
  })
  const sandbox = await inNode(node, 'crictl', 'runp', podFile)
  const container = await inNode(node, 'crictl', 'create', sandbox, containerFile, podFile)
  await inNode(node, 'crictl', 'start', container)
  return {
    uid,
    sandbox,
    container,
    state: async () => JSON.parse(await inNode(node, 'crictl', 'inspect', container)).status.state,
    remove: async () => {
      await inNode(node, 'crictl', 'stopp', sandbox)
      await inNode(node, 'crictl', 'rmp', '--force', sandbox)
    },
  }
}

/** Waits for the pod's container to die. */
export const itsEnd = (pod: GreedyPod): Promise<void> =>
  eventually('the container ends', async () => (await pod.state()) === 'CONTAINER_EXITED')
