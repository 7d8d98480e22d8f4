import { relative } from 'node:path'
import { buildImage } from '../build/build-image.ts'
import { toBuildFiles } from '../build/files.ts'
import type { BuildMetadata } from '../build/metadata.ts'
import type { Target } from '../build/target.ts'
import { findPersisted, findSecretWarnings } from '../build/warnings.ts'
import type { BuildSecret } from '../inputs/inputs.ts'
import { timed } from '../workshop.ts'
import type { Bench } from './bench.ts'
import { withRoom } from './with-room.ts'

/** Never fails, and is soon over: it goes on beside the build. */
const warn = async (bench: Bench, target: Target, ids: readonly string[]): Promise<void> => {
  const { shop, docker } = bench
  const { workspace, runner } = shop
  const found = await Promise.allSettled([
    findSecretWarnings(docker, target, shop, ids),
    findPersisted(target, workspace),
  ])
  for (const { message, place } of found.flatMap((each) =>
    each.status === 'fulfilled' ? each.value : [],
  )) {
    runner.warning(message, place && { file: relative(workspace, place.file), line: place.line })
  }
}

const takeSecrets = async ({ shop }: Bench): Promise<readonly BuildSecret[]> => {
  const { inputs, token } = shop
  const isMinted = inputs.credentials.kind === 'app' && !token.isTaken()
  const value = isMinted ? await timed(shop, 'Mint token', token.take) : await token.take()
  return [...(value === undefined ? [] : [{ id: inputs.secretId, value }]), ...inputs.secrets]
}

/**
 * Builds one target, with the token and the step's secrets at hand.
 *
 * @throws {Failure} saying which step failed, or what is full
 */
export const buildTarget = async (bench: Bench, target: Target): Promise<BuildMetadata> => {
  const { shop, step, docker } = bench
  const { inputs, runner, tempDir, workspace, cacheEnv } = shop
  const tokenIds = inputs.credentials.kind === 'none' ? [] : [inputs.secretId]
  const warned = warn(bench, target, [...tokenIds, ...inputs.secrets.map(({ id }) => id)])
  const file = toBuildFiles(target.source, workspace).dockerfile
  const dockerfile = file && relative(workspace, file)
  // Several builds print at the same time.
  const prefix = step.targets.length > 1 ? `${target.name} | ` : ''
  return withRoom(bench, async () => {
    const secrets = await takeSecrets(bench)
    const order = { target, secrets, tempDir, workspace, cacheEnv, dockerfile }
    const build = () =>
      runner.fenced((onLine) =>
        buildImage(docker, order, (line) => onLine(prefix + line), runner.warning),
      )
    return timed(shop, `Build ${target.name}`, build, bench.signal)
  }).finally(() => warned)
}
