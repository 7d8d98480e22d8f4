import { inNode, uniqueName } from './testbed.ts'

/** A pod as kubelet would ask CRI for it, on the node's own network: the testbed has no CNI. */
const sandboxOf = (name: string) => ({
  metadata: { name, namespace: 'default', uid: name, attempt: 0 },
  log_directory: `/tmp/${name}`,
  linux: {
    cgroup_parent: `kubelet-kubepods-besteffort-pod${name.replaceAll('-', '_')}.slice`,
    security_context: { namespace_options: { network: 2, pid: 1, ipc: 0 } },
  },
})

/** A folder of the node in a container, as kubelet asks CRI for a `hostPath`; or an image, as for an image volume. */
export type PodMount = {
  readonly container_path: string
  readonly readonly: boolean
} & ({ readonly host_path: string } | { readonly image: { readonly image: string } })

const containerOf = (
  image: string,
  command: readonly string[] | undefined,
  mounts: readonly PodMount[],
) => ({
  metadata: { name: 'main', attempt: 0 },
  image: { image },
  log_path: 'main.log',
  linux: {},
  mounts,
  ...(command !== undefined && { command }),
})

/**
 * The whole life of a pod as one command within the node, as each exec from outside takes longer than all
 * that is done here. Arguments: its name, its sandbox and its container. A busy machine takes its time to
 * read a whole tree.
 */
const podScript = `set -eu
sandbox=/tmp/$1.sandbox.json container=/tmp/$1.container.json
printf %s "$2" >"$sandbox"
printf %s "$3" >"$container"
pod=$(crictl runp "$sandbox")
leave() {
  crictl stopp "$pod" >/dev/null && crictl rmp "$pod" >/dev/null && rm -rf "$sandbox" "$container" "/tmp/$1"
}
trap 'leave "$1"' EXIT
id=$(crictl create "$pod" "$container" "$sandbox")
crictl start "$id" >/dev/null
looks=0
until crictl inspect "$id" | grep -q CONTAINER_EXITED; do
  looks=$((looks + 1))
  [ "$looks" -lt 1200 ] || { echo 'the container does not end' >&2; exit 1; }
  sleep 0.05
done
crictl logs "$id"`

/**
 * Starts a pod with one container from an image that the node has, waits for its end and returns
 * what it printed. Nothing is pulled: CRI's `create` fails when the image is not there.
 */
export const runPod = (
  node: string,
  image: string,
  command?: readonly string[],
  mounts: readonly PodMount[] = [],
): Promise<string> => {
  const name = uniqueName('pod')
  const parts = [sandboxOf(name), containerOf(image, command, mounts)].map((part) =>
    JSON.stringify(part),
  )
  return inNode(node, 'sh', '-c', podScript, 'sh', name, ...parts)
}
