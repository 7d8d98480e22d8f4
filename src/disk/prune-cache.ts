import type { Docker } from '../docker/docker.ts'
import type { Builder } from '../docker/info.ts'
import { formatBytes } from '../text/format.ts'
import type { Freed } from './free-disk.ts'

/** BuildKit deletes file after file. */
const timeoutMs = 5 * 60_000

const units: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }

/** Bytes of the line `Total:  1.2GB`. */
export const parseTotal = (printed: string): number => {
  const [, number = '0', unit = 'B'] =
    /^Total:\s*(\d+(?:\.\d+)?)\s*([kMGT]?B)\s*$/m.exec(printed) ?? []
  return Math.round(Number(number) * (units[unit] ?? 0))
}

/** Why the build cache stays whatever was asked, as caches of others do; undefined where it may go. */
export const findPruneObjection = ({
  targets,
  isHostedRunner,
  builder,
}: {
  readonly targets: readonly unknown[]
  readonly isHostedRunner: boolean
  readonly builder: Builder | undefined
}): string | undefined => {
  if (targets.length === 0) return 'nothing is built'
  if (!isHostedRunner) return 'this is not a GitHub-hosted runner'
  if (builder === undefined) return 'buildx does not report where the builder runs'
  return builder.isLocal ? undefined : 'the builder runs on another machine'
}

/** Removes the build cache that no image holds and no build uses, of the builder in use. */
export const pruneCache = async (
  docker: Docker,
  line: (text: string) => void,
): Promise<readonly Freed[]> => {
  const args = ['buildx', 'prune', '--force']
  const { code, stdout } = await docker.try(args, { timeoutMs })
  if (code !== 0) line('Could not prune the build cache; the step continues.')
  const bytes = parseTotal(stdout)
  if (bytes === 0) return []
  line(`Freed ${formatBytes(bytes)}: build cache.`)
  return [{ name: 'build cache', path: '`docker buildx prune`', bytes }]
}
