import { parseArgs } from 'node:util'
import { control } from './ways/control.ts'
import { handWired } from './ways/hand-wired.ts'
import { missingPeer, peersIn } from './ways/peers.ts'
import { slipway } from './ways/slipway.ts'
import type { Way } from './ways/way.ts'

const allWays = (peers: string | undefined): readonly Way[] => [
  slipway,
  ...handWired,
  ...(peers === undefined ? [] : peersIn(peers)),
]

const usage = `script/leak-audit [--ways A,B] [--peers FOLDER] [--markdown FILE] [--where]

Builds an image with two private dependencies in many ways, and looks for the token in every file on
every file system, in Docker, in all processes, in the runner's log and files, and in a core dump. A
control run leaks into each of these places on purpose. Exits with 1 when this action's own way left
the token somewhere, or when the control run's was not found everywhere.

  --ways A,B        only these ways, and the control run
  --peers FOLDER    also the two actions that are used today, from check-outs in FOLDER that are
                    called create-github-app-token and build-push-action
  --markdown FILE   write the table there, too
  --where           also say where each token was found

It needs root. Ways:
${allWays('.')
  .map(({ name, about }) => `  ${name.padEnd(16)}  ${about}`)
  .join('\n')}
`

export type Flags = {
  /** With the control run. */
  readonly ways: readonly Way[]
  readonly hasPeers: boolean
  readonly markdown: string | undefined
  readonly showsWhere: boolean
}

/** What was asked, or a text to print instead: the help, or what is wrong. */
export const readFlags = (
  args: readonly string[],
): Flags | { readonly text: string; readonly isHelp: boolean } => {
  const wrong = (problem: string) => ({ text: `${problem}\n\n${usage}`, isHelp: false })
  let values: { ways?: string; peers?: string; markdown?: string; help?: boolean; where?: boolean }
  try {
    const text = { type: 'string' } as const
    const flag = { type: 'boolean' } as const
    const options = { ways: text, peers: text, markdown: text, help: flag, where: flag } as const
    values = parseArgs({ args: [...args], options }).values
  } catch (error) {
    return wrong((error as Error).message)
  }
  if (values.help === true) return { text: usage, isHelp: true }
  const missing = values.peers === undefined ? undefined : missingPeer(values.peers)
  if (missing !== undefined) return wrong(`--peers: no ${missing} in ${values.peers}`)
  const known = allWays(values.peers)
  const asked = values.ways?.split(',') ?? known.map(({ name }) => name)
  const unknown = asked.filter((name) => !known.some((way) => way.name === name))
  if (unknown.length > 0) return wrong(`--ways: no way is called ${unknown.join(', ')}`)
  return {
    ways: [...known.filter(({ name }) => asked.includes(name)), control],
    hasPeers: values.peers !== undefined,
    markdown: values.markdown,
    showsWhere: values.where === true,
  }
}
