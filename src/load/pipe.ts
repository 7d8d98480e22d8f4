import { pipeline } from 'node:stream/promises'
import { type Docker, describeEnd } from '../docker/docker.ts'
import type { Command } from '../host/command.ts'
import type { ContainerImage } from '../image/image.ts'
import { toRenaming } from './archive-names.ts'
import { toSource } from './helper-request.ts'
import { countBytes, startSource, startTarget } from './pipe-end.ts'
import { leaveOut } from './tar-filter.ts'

/** What goes through the pipe, and where to. */
export type Pumping = {
  readonly image: ContainerImage
  /** What the node is told that it is called. */
  readonly loadedAs: string
  /** Names of the archive's files that are not sent. */
  readonly leftOut: ReadonlySet<string>
  /** Reads the archive from standard input. */
  readonly importing: Command
  readonly onBytes: (bytes: number) => void
}

/** Pipes an image's archive from Docker into a node. Returns which end failed and why, if one did. */
export const pump = async (docker: Docker, pumping: Pumping): Promise<string | undefined> => {
  const { image, loadedAs, leftOut, importing, onBytes } = pumping
  const source = startSource(docker, ['save', '--', toSource(image)])
  const target = startTarget(importing)
  target.stdout.resume()
  // An end that fails closes the pipe; the exit codes below say which and why.
  const piped = pipeline(
    source.stdout,
    leaveOut((name) => leftOut.has(name), toRenaming([loadedAs])),
    countBytes(onBytes),
    target.stdin,
  ).catch(() => {})
  const [saved, imported] = await Promise.all([source.ended, target.ended, piped])
  if (imported.code !== 0) return `ctr's import: ${describeEnd(imported)}`
  return saved.code === 0 ? undefined : `docker save: ${describeEnd(saved)}`
}
