import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const script = `cd "$1" && shift
download() { apt-get -o APT::Sandbox::User=root download "$@"; }
download "$@" || { apt-get update && download "$@"; }
for deb in *.deb; do dpkg-deb --extract "$deb" . && rm "$deb"; done`

/**
 * Unpacks packages of the machine's own suite, which is the base image's, into a folder; the
 * machine's own packages stay as they are.
 */
export const unpackPackages = async (
  folder: string,
  ...names: readonly string[]
): Promise<void> => {
  await promisify(execFile)('bash', ['-ec', script, 'bash', folder, ...names])
}
