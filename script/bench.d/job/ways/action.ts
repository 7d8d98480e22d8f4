import { fileURLToPath } from 'node:url'
import { runAction } from '../../../../__tests__/support/runner/run-action.ts'
import type { Session } from '../../host/session.ts'
import type { Span } from '../../measure/spans.ts'
import { serviceNames } from '../services.ts'
import { parseLoad } from '../stages.ts'
import type { Place, Way } from '../way.ts'

const actionDir = fileURLToPath(new URL('../../../..', import.meta.url))

/** What a runner's service would have. */
export const readBaseEnv = async ({ run }: Session): Promise<Record<string, string>> => {
  const names = ['PATH', 'HOME', 'DOCKER_HOST', 'DOCKER_CONFIG']
  const pairs = (await run('env', ['--null'])).split('\0').map((line) => {
    const equals = line.indexOf('=')
    return [line.slice(0, equals), line.slice(equals + 1)] as const
  })
  return Object.fromEntries(pairs.filter(([name]) => names.includes(name)))
}

type NodeResult = { readonly name: string; readonly way: string; readonly because?: string }

/** Where links are not possible, or something is left out, another thing would be measured. */
const checkLoads = (images: string): void => {
  const loads = JSON.parse(images) as readonly { readonly nodes: readonly NodeResult[] }[]
  if (loads.length !== serviceNames.length)
    throw new Error(`the action loaded ${loads.length} images`)
  for (const { way, because } of loads.flatMap(({ nodes }) => nodes)) {
    if (way !== 'link' && way !== 'present')
      throw new Error(`the action did not link: ${way}: ${because}`)
  }
}

const run = async ({ session, nodes, workspace }: Place): Promise<readonly Span[]> => {
  const loads: Span[] = []
  const step = await runAction({
    actionDir,
    inputs: { 'bake-files': 'docker-bake.hcl', 'cluster-name': nodes.cluster },
    baseEnv: await readBaseEnv(session),
    runnerEnvironment: 'self-hosted',
    github: { workspace },
    signal: session.signal,
    onLine: ({ text }) => {
      const load = parseLoad(text, performance.now())
      if (load !== undefined) loads.push(load)
    },
  })
  await step.dispose()
  session.signal.throwIfAborted()
  if (step.conclusion !== 'success' || step.postConclusion !== 'success') {
    const [error] = step.annotations.filter(({ level }) => level === 'error')
    throw new Error(`the step failed: ${error?.message ?? 'it does not say why'}`)
  }
  checkLoads(step.outputs['images'] ?? '[]')
  return loads
}

/** One step with a Bake file, and its post step. */
export const actionWay: Way = { name: 'action', title: 'this action', fillsNodes: true, run }
