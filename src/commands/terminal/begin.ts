import { Failure, renderError } from '../../failure.ts'
import { commands } from './commands.ts'
import { isShell, renderCompletion, shells } from './completion.ts'
import { renderCommandHelp, renderGroupHelp, renderHelp } from './help.ts'
import { type Asked, checkOperands, parseArgv } from './parse-argv.ts'
import { readVersion } from './version.ts'

const print = (text: string): void => void process.stdout.write(`${text}\n`)

const isGroup = (word: string): boolean => commands.some(({ name }) => name.startsWith(`${word} `))

/** What is printed without a command of the table; a failure is an unknown word. */
const answer = ({ words: [first, second], isHelp, isVersion }: Asked): string => {
  if (isVersion) return readVersion()
  if (first === undefined || first === 'help') return renderHelp()
  if (first === 'completion') {
    if (second !== undefined && isShell(second)) return renderCompletion(second)
    throw new Failure(`Name a shell: slipway completion ${shells.join('|')}`)
  }
  if (!isGroup(first)) {
    throw new Failure(`unknown command "${first}" for "slipway"`, {
      remedy: '`slipway --help` shows what there is.',
    })
  }
  if (isHelp) return renderGroupHelp(first)
  print(renderGroupHelp(first))
  throw new Failure('Subcommand is required')
}

// Whoever reads may go before we have ended, as `head` does.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
try {
  const asked = parseArgv(process.argv.slice(2))
  const { command } = asked
  if (command === undefined) print(answer(asked))
  else if (asked.isHelp) print(renderCommandHelp(command))
  else {
    checkOperands(command, asked.words)
    // Help is there before all that does things is read.
    const { act } = await import('./act.ts')
    await act(command, asked)
  }
} catch (error) {
  process.stderr.write(`ERROR: ${renderError(error)}\n`)
  process.exitCode = 1
}
