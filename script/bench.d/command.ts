import { type Flags, parseFlags, renderFlags, type ValuesOf } from './flags.ts'
import type { Session } from './host/session.ts'

/** A subcommand: `script/bench NAME [FLAGS]`. */
export type Command = {
  readonly name: string
  readonly summary: string
  readonly flags: Flags
  /** Rules that no flag can tell alone. */
  readonly check: (args: readonly string[]) => readonly string[]
  /** Returns the exit code. */
  readonly run: (args: readonly string[], session: Session) => Promise<number>
}

type Definition<F extends Flags> = {
  readonly name: string
  readonly summary: string
  readonly flags: F
  readonly check: (values: ValuesOf<F>) => readonly string[]
  readonly run: (values: ValuesOf<F>, session: Session) => Promise<number>
}

/** Ties a subcommand's code to the types of its flags. */
export const defineCommand = <F extends Flags>(definition: Definition<F>): Command => ({
  ...definition,
  check: (args) => definition.check(parseFlags(definition.flags, args).values),
  run: (args, session) => definition.run(parseFlags(definition.flags, args).values, session),
})

/** All that is wrong with the arguments, each problem naming flag and value. */
export const problemsOf = (command: Command, args: readonly string[]): readonly string[] => {
  const { problems } = parseFlags(command.flags, args)
  return problems.length > 0 ? problems : command.check(args)
}

export const usageOf = (commands: readonly Command[]): string =>
  [
    'usage: script/bench SUBCOMMAND [FLAGS]\n',
    ...commands.map(({ name, summary, flags }) => `${name}: ${summary}\n${renderFlags(flags)}\n`),
  ].join('\n')
