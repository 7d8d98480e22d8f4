import type { Session } from '../host/session.ts'
import { installedFiles, type Platform } from './services.ts'
import type { Place } from './way.ts'
import { releaseOf } from './workspace.ts'

/** Mounts an image as a container would have it: how many files are installed, and what it would print. */
const script = `
set -eo pipefail
target=/run/slipway-bench
mkdir -p "$target"
ctr --namespace k8s.io images mount "$1" "$target" >/dev/null
find "$target/opt" -type f | wc -l
cat "$target/srv/$2/src/release"
find "$target/srv/$2/out" -name '*.gz' | wc -l
ctr --namespace k8s.io images unmount --rm "$target" >/dev/null
`

const lookAt = ({ docker }: Session, node: string, service: string): Promise<string> => {
  const image = `docker.io/acme/${service}:dev`
  return docker(['exec', node, 'bash', '-c', script, 'bash', image, service])
}

/**
 * Looks whether pods could start in every node from what the job has built.
 *
 * @throws {Error} naming the first thing that is wrong
 */
export const verify = async (
  { session, nodes }: Place,
  platform: Platform,
  change: number,
): Promise<void> => {
  for (const service of platform.services) {
    const sources = platform.source.files + 1
    const expected = `${installedFiles(platform, service)}\n${releaseOf(service.name, change)}${sources}\n`
    for (const node of nodes.names) {
      const found = await lookAt(session, node, service.name)
      if (found === expected) continue
      const said = `${JSON.stringify(found)}, not ${JSON.stringify(expected)}`
      throw new Error(`${node}: ${service.name} is not usable: ${said}`)
    }
  }
}
