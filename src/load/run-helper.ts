import { toMachineCommand } from '../cluster/in-node.ts'
import { isMachine, type MachineNode, type Node } from '../cluster/node.ts'
import { type ContainerWatch, runContainer } from '../docker/container.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import { splitLines } from '../host/lines.ts'
import { startPiped } from '../host/process-group.ts'
import { type HelperAct, type Mounts, toHelperArguments, toHelperContainer } from './helper.ts'

type Request = {
  readonly mounts: Mounts
  readonly runId: string
  readonly act: HelperAct
  /** What it reads first; may come while it starts. */
  readonly input: string | Promise<string>
}

/** Its input stays open as a lifeline: its end, which is ours as well, has the helper undo what it did. */
const runOnMachine = async (
  node: MachineNode,
  { act, input }: Request,
  { deadlineMs: timeoutMs, signal, onLine, onErrorLine, isEnough }: ContainerWatch,
): Promise<string> => {
  const command = toMachineCommand(node, ['bash', ...toHelperArguments(act)])
  const { child, ended } = startPiped({ ...command, timeoutMs, signal }, ({ stdin }) =>
    stdin?.end(),
  )
  const { stdin, stdout, stderr } = child
  const enough = Promise.withResolvers<string>()
  splitLines(stdout, (line) => {
    onLine(line, (text) => void stdin.write(text))
    if (isEnough()) enough.resolve('')
  })
  splitLines(stderr, onErrorLine)
  child.once('exit', () => stdin.end())
  const end = ended.then(({ code }) => `exit code ${code ?? 'none (ended by a signal)'}`)
  end.catch(() => {})
  try {
    const text = await input
    stdin.write(text)
    return await Promise.race([enough.promise, end])
  } finally {
    stdin.end()
  }
}

/**
 * Runs the helper for nodes like this one, in a container made from their image or on the machine itself, to
 * its end or until it has said enough.
 *
 * @returns how it ended, in words, where it did not say enough
 */
export const runHelper = (
  api: EngineApi,
  node: Node,
  request: Request,
  watch: ContainerWatch,
): Promise<string> => {
  if (isMachine(node)) return runOnMachine(node, request, watch)
  const { mounts, runId, act, input } = request
  return runContainer(api, toHelperContainer(node, mounts, runId, act), input, watch)
}
