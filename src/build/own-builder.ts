import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type Docker, describeEnd } from '../docker/docker.ts'
import { Failure } from '../failure.ts'
import type { Env } from '../host/command.ts'
import type { BuilderNode, BuilderRequest } from '../inputs/builder-request.ts'
import { toBuilderContainer, toBuilderName } from '../ownership.ts'
import type { BuilderWatch } from './builder-watch.ts'
import type { KeptBuilder } from './kept-state.ts'
import { quote } from './outputs.ts'
import { probeTls } from './probe-tls.ts'
import { findTransient } from './transient.ts'

/** As docker/setup-buildx-action has it; what a build may use of it, `allow` says. */
const usualFlags =
  '--allow-insecure-entitlement security.insecure --allow-insecure-entitlement network.host'

/**
 * The arguments of `docker` that make a builder, or append a node to it.
 *
 * @param config file with BuildKit's configuration
 * @param index of the node, from 0
 */
export const toCreateArgs = (
  request: BuilderRequest,
  name: string,
  config: string | undefined,
  index = 0,
): readonly string[] => {
  const { driver, config: given, appended } = request
  const { options, endpoint, flags, platforms } = appended[index - 1] ?? request
  const usual = driver === 'remote' ? undefined : usualFlags
  const wanted = flags ?? request.flags ?? usual
  const file = given?.kind === 'file' ? given.path : config
  return [
    ...['buildx', 'create', `--name=${name}`, `--driver=${driver}`],
    // Its container is found by this name.
    ...(index === 0 ? [] : ['--append', `--node=${name}${index}`]),
    ...options.map((option) => `--driver-opt=${option}`),
    ...(platforms.length === 0 ? [] : [`--platform=${platforms.join(',')}`]),
    ...(wanted === undefined ? [] : [`--buildkitd-flags=${wanted}`]),
    ...(file === undefined ? [] : [`--buildkitd-config=${file}`]),
    ...(endpoint === undefined ? [] : ['--', endpoint]),
  ]
}

/** BuildKit's image has to be pulled, perhaps. */
const bootMs = 5 * 60_000

/** The job may be cancelled, and who cancels gives us seconds. */
export const removeMs = 20_000

export type OwnBuilder = {
  readonly name: string
  /** What commands need besides its name. */
  readonly env?: Env
  /** Undefined where a builder that goes away ends its build by itself. */
  readonly watch?: BuilderWatch
  /** Fulfilled when it answers. @throws {Failure} when it does not */
  readonly booted: Promise<void>
  /** Removes it with all that it has. Never fails. */
  readonly remove: () => Promise<void>
}

export type BuilderPlace = { readonly [K in 'runId' | 'tempDir' | 'workspace']: string }

/** Files of the run, which buildx reads at each dial. They go with its folder. */
const writeCertificates = (request: BuilderRequest, tempDir: string): BuilderRequest => {
  const write = <N extends BuilderNode>(node: N, index: number): N => {
    const options = node.certificates.map(([option, pem]) => {
      const file = join(tempDir, `node-${index}-${option}.pem`)
      writeFileSync(file, pem.expose(), { mode: 0o600 })
      return quote(`${option}=${file}`)
    })
    return { ...node, options: [...node.options, ...options], certificates: [] }
  }
  const appended = request.appended.map((node, at) => write(node, at + 1))
  return { ...write(request, 0), appended }
}

/**
 * Has buildx write down a builder, which does not run yet.
 *
 * @param request without certificates, which are files by now
 * @returns its name
 * @throws {Failure} when buildx makes none
 */
export const makeBuilder = async (
  docker: Docker,
  request: BuilderRequest,
  { runId, tempDir, workspace }: BuilderPlace,
  name = toBuilderName(runId),
): Promise<string> => {
  const config = join(tempDir, 'buildkitd.toml')
  const isInline = request.config?.kind === 'inline'
  if (request.config?.kind === 'inline') writeFileSync(config, request.config.text, { mode: 0o600 })
  for (let index = 0; index <= request.appended.length; index += 1) {
    const args = toCreateArgs(request, name, isInline ? config : undefined, index)
    const made = await docker.try(args, { cwd: workspace })
    if (made.code === 0) continue
    throw new Failure(`buildx made no builder: ${describeEnd(made)}`, {
      remedy: 'See driver, driver-opts, endpoint, buildkitd-flags and append.',
    })
  }
  return name
}

/** Removes a builder but for its state: also where buildx has forgotten it with the folder that knew it. */
export const removeKept = async (docker: Docker, name: string): Promise<void> => {
  const options = { timeoutMs: removeMs }
  await docker.try(['buildx', 'rm', '--force', '--keep-state', name], options)
  await docker.try(['rm', '--force', toBuilderContainer(name)], options)
}

/** BuildKit's image comes from a registry, which may fail for a moment; other drivers try by themselves. */
const bootPausesMs = [2_000, 5_000]

/**
 * @param signal ends a pause between two tries
 * @throws {Failure} where it does not answer
 */
export const boot = async (
  docker: Docker,
  driver: BuilderRequest['driver'],
  name: string,
  signal: AbortSignal,
  pausesMs: readonly number[] = driver === 'docker-container' ? bootPausesMs : [],
): Promise<void> => {
  const args = ['buildx', 'inspect', '--bootstrap', name]
  const ended = await docker.try(args, { timeoutMs: bootMs })
  if (ended.code === 0) return
  const said = describeEnd(ended)
  const [pauseMs, ...others] = pausesMs
  if (pauseMs !== undefined && findTransient(said, []) !== undefined) {
    await setTimeout(pauseMs, undefined, { signal })
    return boot(docker, driver, name, signal, others)
  }
  throw new Failure(`The ${driver} builder does not start: ${said}`, {
    remedy: 'See that its image can be pulled, or that BuildKit listens at the endpoint.',
  })
}

/**
 * Makes a builder of the run's own, which boots meanwhile.
 *
 * @param docker ends with what waits for the builder
 * @param remover does not
 * @param kept the one whose state it goes on with
 * @throws {Failure} when buildx makes none
 */
export const createBuilder = async (
  docker: Docker,
  remover: Docker,
  request: BuilderRequest,
  place: BuilderPlace,
  kept?: KeptBuilder,
): Promise<OwnBuilder> => {
  const whole = writeCertificates(request, place.tempDir)
  const rm = (name: string) => ['buildx', 'rm', '--force', ...(kept ? ['--keep-state'] : []), name]
  // What a killed run left of it.
  if (kept !== undefined) await removeKept(docker, kept.name)
  const name = await makeBuilder(docker, whole, place, kept?.name)
  const removing = new AbortController()
  const booting = boot(docker, request.driver, name, removing.signal)
  // What cannot be used is said at once; buildx tries until its deadline.
  const refusals = [whole, ...whole.appended].map((node) =>
    probeTls(node).then(() => new Promise<void>(() => {})),
  )
  const booted = Promise.race([booting, ...refusals])
  booted.catch(() => {})
  return {
    name,
    booted,
    remove: async () => {
      removing.abort()
      await booting.catch(() => {})
      await remover.try(rm(name), { timeoutMs: removeMs }).catch(() => {})
      await kept?.release()
    },
  }
}
