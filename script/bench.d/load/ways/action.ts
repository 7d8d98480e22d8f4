import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import type { Trial, Way } from '../way.ts'

const root = new URL('../../../../', import.meta.url)

type ActionFile = { readonly inputs: Readonly<Record<string, { readonly default?: string }>> }

/** The runner passes every input that has a default. */
const readDefaults = (): Readonly<Record<string, string>> => {
  const { inputs } = parse(readFileSync(new URL('action.yml', root), 'utf8')) as ActionFile
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { default: value = '' }]) => [
      name,
      value.replaceAll('$' + '{{ github.api_url }}', 'https://api.github.com'),
    ]),
  )
}

const toVariables = (inputs: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  )

const fileCommands = ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'] as const

type NodeResult = { readonly way: string; readonly because?: string }
type ImageResult = { readonly nodes: readonly NodeResult[] }

/** How the action says it did it; a way that is not the best one comes with its reason. */
const readNote = (outputFile: string): string => {
  const text = readFileSync(outputFile, 'utf8')
  const json = /^images<<(\S+)\n([\s\S]*?)\n\1$/m.exec(text)?.[2] ?? '[]'
  const nodes = (JSON.parse(json) as readonly ImageResult[]).flatMap((image) => image.nodes)
  const said = nodes.map(({ way, because }) => (because ? `${way}: ${because}` : way))
  return [...new Set(said)].join('; ')
}

/** Starts the bundled action as the runner does, and waits for its process to end. */
export const runAction = async ({ session, image, nodes }: Trial): Promise<string> => {
  const temp = mkdtempSync(join(session.tempDir, 'runner-'))
  const files = Object.fromEntries(fileCommands.map((name) => [name, join(temp, name)]))
  for (const file of Object.values(files)) writeFileSync(file, '')
  const inputs = { ...readDefaults(), images: image.ref, 'cluster-name': nodes.cluster }
  const env = {
    ...toVariables(inputs),
    ...files,
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_REPOSITORY: 'acme/app',
    GITHUB_WORKSPACE: temp,
    RUNNER_TEMP: temp,
    RUNNER_ENVIRONMENT: 'self-hosted',
  }
  await session.run(process.execPath, [fileURLToPath(new URL('dist/main.js', root))], { env })
  const note = readNote(join(temp, 'GITHUB_OUTPUT'))
  rmSync(temp, { recursive: true, force: true })
  return note
}

export const actionWay: Way = {
  name: 'action',
  title: 'this action',
  fillsNodes: true,
  load: async (trial) => ({ note: await runAction(trial) }),
}
