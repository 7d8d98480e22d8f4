import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { watchMemory } from '../../measure/memory-sampler.ts'
import type { Loaded, Trial } from '../way.ts'

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

type NodeResult = {
  readonly way: string
  readonly because?: string
  readonly copiedBytes: number
}
type ImageResult = { readonly nodes: readonly NodeResult[] }

const readNodes = (outputFile: string): readonly NodeResult[] => {
  const text = readFileSync(outputFile, 'utf8')
  const json = /^images<<(\S+)\n([\s\S]*?)\n\1$/m.exec(text)?.[2] ?? '[]'
  return (JSON.parse(json) as readonly ImageResult[]).flatMap((image) => image.nodes)
}

/** How the action says it did it; a way that is not the best one comes with its reason. */
const toNote = (nodes: readonly NodeResult[]): string => {
  const said = nodes.map(({ way, because }) => (because ? `${way}: ${because}` : way))
  return [...new Set(said)].join('; ')
}

/** Starts the bundled action as the runner does, and waits for its process to end. */
export const runAction = async (
  { session, image, nodes }: Trial,
  inputs: Readonly<Record<string, string>> = {},
): Promise<Loaded> => {
  const temp = mkdtempSync(join(session.tempDir, 'runner-'))
  const files = Object.fromEntries(fileCommands.map((name) => [name, join(temp, name)]))
  for (const file of Object.values(files)) writeFileSync(file, '')
  const own = { images: image.ref, 'cluster-name': nodes.cluster }
  const env = {
    ...toVariables({ ...readDefaults(), ...own, ...inputs }),
    ...files,
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_REPOSITORY: 'acme/app',
    GITHUB_WORKSPACE: temp,
    RUNNER_TEMP: temp,
    RUNNER_ENVIRONMENT: 'self-hosted',
  }
  let endMemory = (): number => 0
  const onStart = (pid: number): void => {
    endMemory = watchMemory(pid)
  }
  try {
    const main = fileURLToPath(new URL('dist/main.js', root))
    await session.run(process.execPath, [main], { env, onStart })
  } finally {
    endMemory()
  }
  const results = readNodes(join(temp, 'GITHUB_OUTPUT'))
  rmSync(temp, { recursive: true, force: true })
  const copiedBytes = results.reduce((sum, node) => sum + node.copiedBytes, 0)
  return { note: toNote(results), copiedBytes, memoryBytes: endMemory() }
}

/** Where another way than the wanted one would be measured, there is nothing to compare. */
export const runActionBy = async (
  way: string,
  trial: Trial,
  inputs: Readonly<Record<string, string>> = {},
): Promise<Loaded> => {
  const loaded = await runAction(trial, inputs)
  const isWanted = loaded.note === way || loaded.note?.startsWith(`${way}: `)
  if (!isWanted) throw new Error(`the action did not ${way}: ${loaded.note}`)
  return loaded
}
