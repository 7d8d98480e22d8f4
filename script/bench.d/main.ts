import { buildersCommand } from './builders/command.ts'
import { clusterCommand } from './cluster/command.ts'
import { coldCommand } from './cold/command.ts'
import { type Command, problemsOf, usageOf } from './command.ts'
import { filesCommand } from './files/command.ts'
import { messageOf, say } from './host/progress.ts'
import { withSession } from './host/session.ts'
import { reportCommand } from './image-report/command.ts'
import { jobCommand } from './job/command.ts'
import { loadCommand } from './load/command.ts'
import { mountsCommand } from './mounts/command.ts'
import { startCommand } from './start/command.ts'

/** What can be measured; a further subcommand is one more entry. */
const commands: readonly Command[] = [
  loadCommand,
  jobCommand,
  buildersCommand,
  startCommand,
  reportCommand,
  filesCommand,
  clusterCommand,
  mountsCommand,
  coldCommand,
]

/** The shell's convention for a program that Ctrl-C ended. */
const interruptedCode = 130

const usageCode = 2

const refuse = (problems: readonly string[]): number => {
  for (const problem of problems) say(problem)
  process.stderr.write(`${problems.length > 0 ? '\n' : ''}${usageOf(commands)}`)
  return usageCode
}

const bench = async (command: Command, args: readonly string[]): Promise<number> => {
  try {
    return await withSession((session) => command.run(args, session))
  } catch (error) {
    say(messageOf(error))
    return (error as { interrupted?: boolean }).interrupted === true ? interruptedCode : 1
  }
}

/** `--check` only tells whether the arguments are good, so that nothing is started for bad ones. */
const main = async (given: readonly string[]): Promise<number> => {
  const isCheck = given[0] === '--check'
  const [name, ...args] = isCheck ? given.slice(1) : given
  const command = commands.find((candidate) => candidate.name === name)
  if (command === undefined) {
    return refuse(name === undefined ? [] : [`there is no subcommand '${name}'`])
  }
  const problems = problemsOf(command, args)
  if (problems.length > 0) return refuse(problems)
  return isCheck ? 0 : bench(command, args)
}

process.exitCode = await main(process.argv.slice(2))
