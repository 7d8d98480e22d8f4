import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { mainFile, makeStep } from '../../host/step.ts'
import { watchMemory } from '../../measure/memory-sampler.ts'
import type { Loaded, Trial } from '../way.ts'

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
  const own = { images: image.ref, 'cluster-name': nodes.cluster }
  const { temp, env } = makeStep(session.tempDir, { ...own, ...inputs })
  let endMemory = (): number => 0
  const onStart = (pid: number): void => {
    endMemory = watchMemory(pid)
  }
  try {
    await session.run(process.execPath, [mainFile], { env, onStart })
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
