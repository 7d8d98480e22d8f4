import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { foldersAbove } from '../../src/image/contents/path.ts'
import type { RunOptions } from './runner/types.ts'
import { docker } from './testbed.ts'

/** Not in the system's list of users, as in many containers: no name, no home. */
export const ordinaryId = 4242

/**
 * In a mount namespace of its own a machine as services find it: buildx is where packages put it, and
 * the daemon's socket at its usual place; a clone in a folder that is root's alone can be reached. Then
 * further commands, and the step as an ordinary user.
 */
const script = `set -e
buildx=$1 socket=$2 group=$3 prepare=$4 root=$5 closed=$6; shift 6
places=$(mktemp --directory) && mount -t tmpfs tmpfs "$places"
if [[ -n $closed ]]; then
  mkdir "$places/root" && mount --rbind "$root" "$places/root"
  mount -t tmpfs -o mode=755 tmpfs "$closed" && mkdir -p "$root"
  mount --rbind "$places/root" "$root"
fi
mkdir -p "$places/lib/docker/cli-plugins" "$places/run"
touch "$places/lib/docker/cli-plugins/docker-buildx" "$places/run/docker.sock"
mount --bind "$buildx" "$places/lib/docker/cli-plugins/docker-buildx"
mount --bind "$socket" "$places/run/docker.sock"
mount --rbind "$places/lib" /usr/local/lib && mount --rbind "$places/run" /run
eval "$prepare"
cd "$PWD" && umount --lazy "$places" && rmdir "$places"
exec setpriv --reuid=${ordinaryId} --regid=${ordinaryId} --groups="$group" --inh-caps=-all -- "$@"`

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** Of the folders above the clone the topmost that only its owner may enter, such as `/root`; else empty. */
const findClosed = (): string =>
  foldersAbove(root).find((folder) => folder !== '' && (statSync(folder).mode & 0o001) === 0) ?? ''

const buildxBy = new Map<string | undefined, Promise<string>>()

/** Asked once of each engine: its configuration says where buildx is. */
const findBuildx = (): Promise<string> => {
  const { DOCKER_CONFIG: config } = process.env
  const found = buildxBy.get(config) ?? askForBuildx()
  buildxBy.set(config, found)
  return found
}

const askForBuildx = async (): Promise<string> => {
  const printed = await docker('info', '--format', '{{json .ClientInfo.Plugins}}')
  const plugins = JSON.parse(printed) as { readonly Name: string; readonly Path: string }[]
  return plugins.find(({ Name }) => Name === 'buildx')?.Path ?? 'buildx is not there'
}

/** Runs buildx as ourselves, with a docker configuration. */
export const buildxIn = async (
  config: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> => {
  const options = { env: { ...process.env, DOCKER_CONFIG: config, ...env } }
  await promisify(execFile)(await findBuildx(), [...args], options)
}

export const findSocket = (): string =>
  (process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock').replace('unix://', '')

/** What root does to make a folder of the user's read-only, whoever writes. */
export const makeReadOnly = (folder: string): string =>
  `chown -R ${ordinaryId} ${folder}; mount --bind ${folder} ${folder}; mount -o remount,ro,bind ${folder}`

/**
 * Options for a step of a user who may use Docker's socket, and has nothing else: no sudo, no home, and
 * no variable but the `PATH`.
 *
 * @param prepare what root does before, in the step's own mount namespace
 */
export const asOrdinaryUser = async (prepare = ''): Promise<Partial<RunOptions>> => {
  const socket = findSocket()
  const given = [
    await findBuildx(),
    socket,
    String(statSync(socket).gid),
    prepare,
    root,
    findClosed(),
  ]
  const namespace = ['unshare', '--mount', '--propagation', 'private']
  return {
    baseEnv: { PATH: process.env['PATH'] ?? '' },
    asUser: { id: ordinaryId, through: [...namespace, 'bash', '-c', script, 'bash', ...given] },
  }
}
