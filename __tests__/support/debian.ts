import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { promisify } from 'node:util'

/**
 * Two test files may want packages at once: one after the other, as apt's lists have a lock that nobody waits for.
 * Whoever is first keeps what it has downloaded.
 */
const script = `kept=$1 folder=$2 && shift 2
exec 9>"\${kept%/*}/lock" && flock 9
download() { apt-get -o APT::Sandbox::User=root download "$@"; }
if [ ! -e "$kept" ]; then
  new=$(mktemp -d "$kept.XXXXXX")
  (cd "$new" && { download "$@" || { apt-get update && download "$@"; }; })
  mv -T "$new" "$kept" || rm -r "$new"
fi
for deb in "$kept"/*.deb; do dpkg-deb --extract "$deb" "$folder"; done`

const cache = 'node_modules/.cache/debian'

/**
 * Unpacks packages of the machine's own suite, which is the base image's, into a folder; the
 * machine's own packages stay as they are. What was downloaded is kept for the next one.
 */
export const unpackPackages = async (
  folder: string,
  ...names: readonly string[]
): Promise<void> => {
  await mkdir(cache, { recursive: true })
  const kept = `${cache}/${names.join('+')}`
  await promisify(execFile)('bash', ['-ec', script, 'bash', kept, folder, ...names])
}
