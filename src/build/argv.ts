import type { BuildInputs } from '../inputs/inputs.ts'
import type { SecretSource } from './secret-channel.ts'

const flag = (name: string, value: string | undefined): readonly string[] =>
  value === undefined ? [] : [name, value]

const flags = (name: string, values: readonly string[]): readonly string[] =>
  values.flatMap((value) => [name, value])

/** The arguments of `docker` for one build whose image ends up in the local store. */
export const toBuildArgs = (
  build: BuildInputs,
  metadataFile: string,
  secrets: readonly SecretSource[],
): readonly string[] => [
  'buildx',
  'build',
  '--load',
  // An attestation would turn the image into an index, which a node cannot use any better.
  '--provenance=false',
  ...flag('--file', build.file),
  ...flag('--target', build.target),
  ...flags(
    '--tag',
    build.tags.map(({ given }) => given),
  ),
  ...flags('--build-arg', build.buildArgs),
  ...flags('--label', build.labels),
  ...flags('--build-context', build.buildContexts),
  ...flag('--network', build.network),
  ...(build.noCache ? ['--no-cache'] : []),
  ...(build.pull ? ['--pull'] : []),
  ...flags('--ssh', build.ssh),
  ...flags('--allow', build.allow),
  ...flags(
    '--secret',
    secrets.map(({ id, from }) => `id=${id},${from}`),
  ),
  '--metadata-file',
  metadataFile,
  '--',
  build.context,
]
