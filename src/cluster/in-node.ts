import { execute } from '../docker/container.ts'
import { type Docker, describeEnd } from '../docker/docker.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import { Failure } from '../failure.ts'
import type { Command } from '../host/command.ts'
import { type Ended, runCaptured } from '../host/process.ts'
import { isMachine, type MachineNode, type Node } from './node.ts'

/**
 * Bash takes a pipe of Node.js, which is a socket, for one of a remote shell, and would begin with the user's
 * `.bashrc` where no other shell is known to have started it, as after `sudo`.
 */
const withoutRc = ([program = '', ...args]: readonly string[]): readonly string[] =>
  program === 'bash' ? [program, '--norc', ...args] : [program, ...args]

/** The command that runs a program on this machine, as what its containerd takes orders from. */
export const toMachineCommand = (
  { startedBy, env }: MachineNode,
  argv: readonly string[],
): Pick<Command, 'file' | 'args' | 'env'> => {
  const [file = '', ...args] = [...startedBy, ...withoutRc(argv)]
  return { file, args, env }
}

const executeHere = async (
  node: MachineNode,
  argv: readonly string[],
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<string> => {
  const ended = await runCaptured({ ...toMachineCommand(node, argv), timeoutMs, signal })
  signal?.throwIfAborted()
  if (ended.code === 0) return ended.stdout
  throw new Failure(`\`${argv[0]}\` in ${node.name} failed: ${describeEnd(ended)}`)
}

/**
 * Runs a program in a node and returns what it printed.
 *
 * @throws {Failure} when it cannot be started there, has not ended by its deadline, floods us, or failed
 */
export const executeIn = (
  api: EngineApi,
  node: Node,
  argv: readonly string[],
  timeoutMs: number,
): Promise<string> =>
  isMachine(node)
    ? executeHere(node, argv, timeoutMs, api.cancelled)
    : execute(api, node.name, argv, timeoutMs)

/** The command that runs a program in a node, with our pipes as its own. */
export const toNodeCommand = (
  docker: Docker,
  node: Node,
  argv: readonly string[],
  timeoutMs?: number,
): Command => {
  const command = docker.command(
    ['exec', '--interactive', node.name, ...argv],
    timeoutMs === undefined ? {} : { timeoutMs },
  )
  return isMachine(node) ? { ...command, ...toMachineCommand(node, argv) } : command
}

/** Runs a program in a node to its end; an exit code other than 0 is a result, not an error. */
export const tryInNode = (docker: Docker, node: Node, argv: readonly string[]): Promise<Ended> =>
  isMachine(node)
    ? runCaptured(toNodeCommand(docker, node, argv))
    : docker.try(['exec', node.name, ...argv])
