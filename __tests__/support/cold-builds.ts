import { globSync, lstatSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readTargets } from '../../src/build/definition.ts'
import { toTargets } from '../../src/build/target.ts'
import { findContainers } from '../../src/cluster/providers/find-cluster.ts'
import { createDocker } from '../../src/docker/docker.ts'
import { withEngineApi } from '../../src/docker/engine-api.ts'
import { findEngine } from '../../src/docker/info.ts'
import type { Log } from '../../src/host/log.ts'
import { planMethod } from '../../src/load/plan-method.ts'
import { toBuildId, toStep } from '../../src/plan/steps.ts'
import type { CacheDocuments } from '../../src/registry/cache-documents.ts'
import { handlers } from '../../src/run/handlers.ts'
import { toLayoutFolder } from '../../src/run/layouts.ts'
import type { Built, Ports } from '../../src/run/ports.ts'
import { whilePruning, withoutPruning } from './builder-turn.ts'
import { docker } from './testbed.ts'

/** What a build and the load of its image came to. */
export type ColdBuild = {
  readonly built: Built
  readonly lines: readonly string[]
  /** Of layers and documents that the builder has sent. */
  readonly sentBytes: number
}

type Order = {
  readonly cluster: string
  readonly workspace: string
  readonly tag: string
  /** Runs when the image is built, and before it is loaded. */
  readonly beforeLoad?: (() => Promise<void>) | undefined
}

const sizeOf = (folder: string): number =>
  globSync(`${folder}/**`)
    .map((path) => lstatSync(path))
    .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0)

const toLog = (lines: string[]): Log => {
  const line = (text: string): void => void lines.push(text)
  const all = async (warnings: readonly { readonly message: string }[]): Promise<void> => {
    for (const { message } of warnings) line(message)
  }
  return {
    ...{ line, debug: () => {}, warning: line, warnings: all, error: line },
    fenced: (body) => body(line),
    group: (_, texts) => void lines.push(...texts),
  }
}

/** The steps that build and load one image, with what earlier builds wrote of their caches in memory. */
export const createColdBuilds = () => {
  const caches = new Map<string, CacheDocuments>()
  const buildCaches: Ports['run']['buildCaches'] = {
    source: { find: async () => undefined, open: async () => undefined },
    bring: async () => undefined,
    find: () => undefined,
    restore: async () => {},
    follow: () => {},
    isKept: () => false,
    documentsOf: ({ name }) => caches.get(name),
    keep: async ({ name }, documents) => void caches.set(name, documents),
  }
  const build = ({ cluster, workspace, tag, beforeLoad }: Order): Promise<ColdBuild> => {
    const command = createDocker(process.env as Record<string, string>)
    return withEngineApi(command, async (api): Promise<ColdBuild> => {
      const tempDir = await mkdtemp(join(tmpdir(), 'cold-build-'))
      const lines: string[] = []
      const engine = await findEngine(api.get)
      const { nodes } = await findContainers(api, { clusterName: cluster })
      const definition = { target: { default: { context: workspace, tags: [tag] } } }
      const options = { isSingle: true, isOwn: true, usesRegistry: true }
      const [target] = toTargets(readTargets(definition, workspace), 'docker', 'cold', options)
      if (target === undefined) throw new Error('nothing to build')
      let result: Built | undefined
      const run = {
        ...{ id: 'cold', tempDir, layoutDir: tempDir, workspace, env: process.env, buildCaches },
        signal: new AbortController().signal,
        resultOf: (kind: string) => (kind === 'build' ? result : undefined),
      }
      const secrets = { ids: [], take: async () => [], cacheEnv: {} }
      const ports = { docker: { command, api, engine }, secrets, log: toLog(lines), run }
      try {
        const id = toBuildId(target.name)
        const order = { isAlone: true, retries: 0, cacheRequired: false, wantsOrigins: false }
        const work = { kind: 'build', target, nodes, ...order } as const
        result = await handlers.build({ ...toStep(id, work), ...work }, ports as unknown as Ports)
        const sentBytes = sizeOf(toLayoutFolder(run, target))
        await beforeLoad?.()
        const into = nodes.map((node) => ({ node, choice: planMethod(engine, node, 'auto', true) }))
        const image = { kind: 'built', by: id } as const
        const load = {
          kind: 'load',
          names: [tag],
          image,
          cluster,
          into,
          keepImages: undefined,
        } as const
        await handlers.load({ ...toStep(`load ${tag}`, load), ...load }, ports as unknown as Ports)
        return { built: result, lines, sentBytes }
      } finally {
        await rm(tempDir, { recursive: true, force: true })
      }
    })
  }
  return (order: Order): Promise<ColdBuild> => withoutPruning(() => build(order))
}

/** Takes from the builder's cache what has a word in it, and nothing of other tests: it is as if it was empty. */
export const forget = async (word: string): Promise<void> => {
  const prune = ['builder', 'prune', '--all', '--force', '--filter', `description~=${word}`]
  await whilePruning(async () => {
    // What others are built upon goes when these are gone.
    for (let left = 10; left > 0; left -= 1)
      if (/^Total:\s*0B$/m.test(await docker(...prune))) return
  })
}
