import type { FreshNodes } from '../host/nodes.ts'
import { installedFiles } from '../job/services.ts'
import { releaseOf } from '../job/workspace.ts'
import { type Stage, toSourceFolder } from './stage.ts'

/** Mounts an image as a container would have it: how many files are installed, and whether each has its digest. */
const script = `
set -eo pipefail
target=/run/slipway-bench
mkdir -p "$target"
ctr --namespace k8s.io images mount "$1" "$target" >/dev/null
find "$target/opt" -type f | wc -l
cat "$target$2/release"
[ "$3" = count ] || for list in "$target"/var/lib/packages/*; do
  (cd "$target/opt/\${list##*/}" && sha256sum --check --quiet "$list")
done
ctr --namespace k8s.io images unmount --rm "$target" >/dev/null
`

/**
 * Looks whether every node has every image with all its files.
 *
 * @param how reading all content takes as long as a measurement
 * @throws {Error} naming the first thing that is wrong
 */
export const verify = async (
  stage: Stage,
  nodes: FreshNodes,
  change: number,
  how: 'count' | 'read' = 'count',
): Promise<void> => {
  const { session, platform, tagOf } = stage
  for (const service of platform.services) {
    const expected = `${installedFiles(platform, service)}\n${releaseOf(service.name, change)}`
    const args = [
      `docker.io/library/${tagOf(service.name)}`,
      toSourceFolder(stage, service.name),
      how,
    ]
    for (const node of nodes.names) {
      const found = await session.docker(['exec', node, 'bash', '-c', script, 'bash', ...args])
      if (found === expected) continue
      const said = `${JSON.stringify(found)}, not ${JSON.stringify(expected)}`
      throw new Error(`${node}: ${service.name} is not usable: ${said}`)
    }
  }
}
