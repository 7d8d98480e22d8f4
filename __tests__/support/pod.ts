import { eventually } from './eventually.ts'
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

const containerOf = (image: string, command: readonly string[] | undefined) => ({
  metadata: { name: 'main', attempt: 0 },
  image: { image },
  log_path: 'main.log',
  linux: {},
  ...(command !== undefined && { command }),
})

const writeJson = (node: string, path: string, value: unknown): Promise<string> =>
  inNode(node, 'sh', '-c', 'printf %s "$1" >"$2"', 'sh', JSON.stringify(value), path)

/**
 * Starts a pod with one container from an image that the node has, waits for its end and returns
 * what it printed. Nothing is pulled: CRI's `create` fails when the image is not there.
 */
export const runPod = async (
  node: string,
  image: string,
  command?: readonly string[],
): Promise<string> => {
  const name = uniqueName('pod')
  const [sandbox, container] = [`/tmp/${name}.sandbox.json`, `/tmp/${name}.container.json`]
  await writeJson(node, sandbox, sandboxOf(name))
  await writeJson(node, container, containerOf(image, command))
  const pod = await inNode(node, 'crictl', 'runp', sandbox)
  try {
    const id = await inNode(node, 'crictl', 'create', pod, container, sandbox)
    await inNode(node, 'crictl', 'start', id)
    const state = async () => JSON.parse(await inNode(node, 'crictl', 'inspect', id)).status.state
    // A busy machine takes its time to read a whole tree.
    const hasEnded = async () => (await state()) === 'CONTAINER_EXITED'
    await eventually('the container ends', hasEnded, 60_000)
    return await inNode(node, 'crictl', 'logs', id)
  } finally {
    await inNode(node, 'crictl', 'stopp', pod)
    await inNode(node, 'crictl', 'rmp', pod)
    await inNode(node, 'rm', '-rf', sandbox, container, `/tmp/${name}`)
  }
}
