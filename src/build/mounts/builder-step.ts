import { randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Docker, describeEnd } from '../../docker/docker.ts'
import { Failure } from '../../failure.ts'
import type { Env } from '../../host/command.ts'
import type { CacheMount } from '../dockerfile/cache-mounts.ts'
import { usualPlatform } from '../dockerfile/find.ts'
import { quote } from '../outputs.ts'
import { copyProgram, programFolder } from './copy-program.ts'

/** What a step of the builder's works with. */
export type MountStep = {
  readonly docker: Docker
  readonly env: Env
  readonly signal: AbortSignal
  /** For what the builder reads and writes; there is nothing at this path yet. */
  readonly folder: string
  readonly mounts: readonly CacheMount[]
  /** The text of each mount's tree. */
  readonly trees: readonly string[]
  /** Has files by their digests; undefined where the program needs none. */
  readonly files: string | undefined
  /** Of the program. */
  readonly args: readonly string[]
}

/** Gigabytes may be on their way. */
const timeoutMs = 20 * 60_000

const toFlag = (mount: CacheMount, at: number): string => {
  const given = (['uid', 'gid', 'mode'] as const).flatMap((name) =>
    mount[name] === undefined ? [] : [`${name}=${mount[name]}`],
  )
  const words = ['type=cache', `id=${mount.id}`, `target=/m/${at}`, `sharing=${mount.sharing}`]
  return `--mount=${[...words, ...given].join(',')}`
}

/** Ids have neither commas nor quotes nor variables: inputs with these are refused. */
export const toDockerfile = (
  mounts: readonly CacheMount[],
  hasFiles: boolean,
  argv: readonly string[],
): string => {
  const flags = [
    '--network=none',
    `--mount=type=bind,target=${programFolder}`,
    ...(hasFiles ? ['--mount=type=bind,from=files,target=/files'] : []),
    ...mounts.map(toFlag),
  ]
  return `FROM scratch\nRUN ${flags.join(' ')} ${JSON.stringify(argv)}\n`
}

/**
 * Runs the program in the builder with cache mounts: only a RUN step sees what is in them.
 *
 * @returns the folder that it has written
 * @throws {Failure} when the builder cannot run it
 */
export const runMountStep = async (step: MountStep): Promise<string> => {
  const { docker, folder, mounts, trees, files, args } = step
  const [program, dockerfile, out] = ['program', 'Dockerfile', 'out'].map((name) =>
    join(folder, name),
  ) as [string, string, string]
  await mkdir(folder, { mode: 0o700 })
  const argv = await copyProgram(program, step.env, step.signal)
  // In place of --no-cache, with which BuildKit empties the mounts.
  await writeFile(join(program, 'run'), randomUUID())
  await Promise.all(trees.map((text, at) => writeFile(join(program, `tree-${at}`), text)))
  await writeFile(dockerfile, toDockerfile(mounts, files !== undefined, [...argv, ...args]))
  const flags = [
    ...['--provenance=false', '--progress=plain', `--platform=${usualPlatform}`],
    ...[`--file=${dockerfile}`, `--output=type=local,${quote(`dest=${out}`)}`],
    ...(files === undefined ? [] : [`--build-context=files=${files}`]),
  ]
  const ended = await docker.try(['buildx', 'build', ...flags, program], { timeoutMs })
  if (ended.code === 0) return join(out, 'out')
  throw new Failure(`The builder could not run Slipway's step: ${describeEnd(ended)}`)
}
