import { readFileSync, type Stats, statSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { attempt, Failure } from '../../failure.ts'
import { canWrite } from '../../host/access.ts'
import type { Env } from '../../host/command.ts'
import { runCaptured } from '../../host/process.ts'
import type { MachineNode } from '../node.ts'
import { parseMachine, type Start, toMachineNode, usualSockets } from './machine.ts'

/** Where a machine's containerd listens, and for whom. */
type Place = {
  readonly address: string
  readonly env: Env
  readonly signal?: AbortSignal | undefined
}

const timeoutMs = 20_000

/** By these, programs find the containerd: `ctr`, `crictl`, and our scripts. */
const toVariables = (address: string): Env => ({
  CONTAINERD_ADDRESS: address,
  CONTAINERD_NAMESPACE: 'k8s.io',
  CONTAINER_RUNTIME_ENDPOINT: `unix://${address}`,
  IMAGE_SERVICE_ENDPOINT: `unix://${address}`,
  SLIPWAY_SOCKET: address,
})

const toStart =
  ({ address, env }: Place, isThroughSudo: boolean) =>
  (further: Env): Start => {
    const own = Object.fromEntries(
      ['PATH', 'HOME'].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
    )
    const variables = { ...own, ...toVariables(address), ...further }
    if (!isThroughSudo) return { startedBy: [], env: variables }
    // It passes on none of ours.
    const given = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
    return { startedBy: ['sudo', '-n', 'env', ...given], env: own }
  }

const maySudo = async ({ env, signal }: Place): Promise<boolean> => {
  const command = { file: 'sudo', args: ['-n', 'true'], env, timeoutMs: 5_000, signal }
  return runCaptured(command).then(
    ({ code }) => code === 0,
    () => false,
  )
}

const requireSocket = (address: string): void => {
  let found: Stats | undefined
  try {
    found = statSync(address, { throwIfNoEntry: false })
  } catch {
    // In a folder that is root's alone, who may say more.
    return
  }
  if (found?.isSocket()) return
  const what = found === undefined ? 'There is no' : 'It is no socket:'
  throw new Failure(`${what} ${address}, where cluster: containerd looks for it`, {
    remedy: `Start the cluster before this step, or set containerd-address to its socket: ${usualSockets}.`,
  })
}

const refuseRights = (address: string): never => {
  const user = attempt(() => userInfo().username) ?? 'this user'
  throw new Failure(`${user} may not use ${address}, and sudo asks for a password`, {
    remedy: `Allow it to the user of the runner in /etc/sudoers.d: \`${user} ALL=(root) NOPASSWD: ALL\`; or give its group the socket (\`gid\` below [grpc] in containerd's configuration; MicroK8s: \`sudo usermod --append --groups microk8s ${user}\`).`,
  })
}

/**
 * Finds this machine's own containerd.
 *
 * @throws {Failure} when there is none, or nobody could load an image into it
 */
export const findMachine = async (place: Place): Promise<MachineNode> => {
  const { address, signal } = place
  requireSocket(address)
  const isRoot = process.getuid?.() === 0
  const isThroughSudo = !isRoot && (await maySudo(place))
  if (!isRoot && !isThroughSudo && !canWrite(address)) refuseRights(address)
  const start = toStart(place, isThroughSudo)
  const { startedBy, env } = start({})
  const script = readFileSync(new URL('./in-node/machine.sh', import.meta.url), 'utf8')
  const [file = '', ...args] = [...startedBy, 'sh', '-c', script]
  const { stdout } = await runCaptured({ file, args, env, timeoutMs, signal })
  signal?.throwIfAborted()
  return toMachineNode(parseMachine(stdout), address, start, hostname())
}
