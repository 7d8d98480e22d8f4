import { relative } from 'node:path'
import { buildImage } from '../build/build-image.ts'
import type { BuildMetadata } from '../build/metadata.ts'
import type { Target } from '../build/target.ts'
import { findBuildWarnings } from '../build/warnings.ts'
import type { BuildSecret } from '../inputs/inputs.ts'
import { timed } from '../workshop.ts'
import type { Bench } from './bench.ts'
import { withRoom } from './with-room.ts'

const warnBeforehand = ({ shop }: Bench, { source }: Target, ids: readonly string[]): void => {
  const { workspace, runner } = shop
  for (const { message, file, line } of findBuildWarnings(source, workspace, ids)) {
    runner.warning(message, { file: relative(workspace, file), line })
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
  warnBeforehand(bench, target, [...tokenIds, ...inputs.secrets.map(({ id }) => id)])
  // Several builds print at the same time.
  const prefix = step.targets.length > 1 ? `${target.name} | ` : ''
  return withRoom(bench, async () => {
    const secrets = await takeSecrets(bench)
    const order = { target, secrets, tempDir, workspace, cacheEnv, dockerfile: undefined }
    const build = () =>
      runner.fenced((onLine) =>
        buildImage(docker, order, (line) => onLine(prefix + line), runner.warning),
      )
    return timed(shop, `Build ${target.name}`, build, bench.signal)
  })
}
