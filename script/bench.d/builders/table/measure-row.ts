import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { inContainer } from '../../../../__tests__/support/container-builder.ts'
import { startNodes } from '../../host/nodes.ts'
import { type Session, withScope } from '../../host/session.ts'
import { mainFile, makeStep } from '../../host/step.ts'
import { type Size, writeContext } from '../context.ts'
import { type Configuration, isFreshEachTime, toCacheInputs } from './configurations.ts'
import { type FarMachine, registryAddress } from './far-machine.ts'
import type { Cluster } from './start-cluster.ts'

/** What a step took, and what was moved. */
export type Took = {
  readonly seconds: number
  /** From the builder to this machine. */
  readonly builderBytes: number
  /** Between the builder and the registry. */
  readonly registryBytes: number
}

export const stages = ['cold', 'unchanged', 'changed'] as const

export type Row = {
  readonly configuration: Configuration
  readonly took: Readonly<Record<(typeof stages)[number], Took>>
}

/** What rows share. */
export type Ground = {
  readonly session: Session
  readonly far: FarMachine
  readonly base: string
  readonly size: Size
  /** Stands for BuildKit's image. */
  readonly builderImage: string
  /** Of builders; undefined where no row needs it. */
  readonly cluster: Cluster | undefined
}

type Way = {
  readonly inputs: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
}

const toWay = ({ far, builderImage, cluster }: Ground, { driver, place }: Configuration): Way => {
  const { endpoint } = far.lines[place]
  switch (driver) {
    case 'docker':
      return { inputs: {}, env: {} }
    case 'docker-container':
      return { inputs: inContainer(builderImage, endpoint), env: {} }
    case 'remote':
      return { inputs: { driver, endpoint }, env: {} }
    case 'kubernetes': {
      const { 'driver-opts': opts = '' } = inContainer(builderImage, endpoint)
      // Pods of the double are on the machine's network.
      const own = opts.replace('network=host\n', '')
      return { inputs: { driver, 'driver-opts': own }, env: cluster?.env ?? {} }
    }
  }
}

/** Cold with fresh nodes; then the nodes stay, and the builder's own cache where it is the row's. */
export const measureRow = (
  ground: Ground,
  configuration: Configuration,
  index: number,
): Promise<Row> =>
  withScope(ground.session, async (scope) => {
    const { far, base, size } = ground
    const name = `slipway-bench-table-${scope.id}-${index}`
    const isPlain = configuration.cache === 'none' || configuration.cache === 'own'
    const tags = isPlain ? `${name}:dev` : `${registryAddress}/${name}:dev`
    const [folder, config] = ['context', 'buildx'].map((part) =>
      join(scope.tempDir, `${name}-${part}`),
    ) as [string, string]
    mkdirSync(config)
    writeContext(folder, base, size, name)
    await far.placeBuilder(configuration.place)
    const { cluster } = await startNodes(scope, 1)
    const way = toWay(ground, configuration)
    scope.defer(tags, () =>
      scope.docker(['image', 'rm', '--force', tags], { signal: AbortSignal.timeout(60_000) }),
    )
    const measure = async (line: string, isCold: boolean): Promise<Took> => {
      if (isCold || isFreshEachTime(configuration)) await far.forget()
      const { temp, env } = makeStep(scope.tempDir, {
        ...{ context: folder, tags, 'build-args': `LINE=${line}`, 'cluster-name': cluster },
        ...toCacheInputs(configuration),
        ...way.inputs,
      })
      const places = { BUILDX_CONFIG: config, GITHUB_WORKSPACE: folder, RUNNER_TEMP: temp }
      const sent = far.lines[configuration.place].sentBytes
      const [started, before, beside] = [performance.now(), sent(), far.registryBytes()]
      await scope.run(process.execPath, [mainFile], { env: { ...env, ...places, ...way.env } })
      return {
        seconds: (performance.now() - started) / 1_000,
        builderBytes: sent() - before,
        registryBytes: far.registryBytes() - beside,
      }
    }
    const cold = await measure('first', true)
    const unchanged = await measure('first', false)
    const changed = await measure('second', false)
    return { configuration, took: { cold, unchanged, changed } }
  })
