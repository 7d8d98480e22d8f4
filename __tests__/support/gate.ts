import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { buildTestImage, docker, inNode, uniqueName } from './testbed.ts'

const run = promisify(execFile)

/** What a load calls in its helper and in the node, and what its stages are known by. */
const programs = ['cp', 'ctr', 'flock', 'perl', 'rm', 'tar']

/**
 * Stands before such a program and waits, once, at the call that the gate names, until the gate is opened or
 * removed, which may follow so closely that nobody sees it open. Perl is a client that
 * lives for many commands, so each of them comes to the gate; of an archive the first bytes pass it.
 */
const gatekeeper = (folder: string): string => `#!/bin/bash
gate=${folder}
name=\${0##*/}
pass() {
  [[ -e $gate/call && "$1" == $(<"$gate/call") ]] && mkdir "$gate/held" 2>/dev/null || return 0
  until [[ -e $gate/open || ! -e $gate/call ]]; do sleep 0.02; done
}
commands() { while IFS= read -r line; do pass "perl $line"; printf '%s\\n' "$line"; [[ -n "$line" ]] || break; done; }
halves() { head -c 2000000; pass "tar $*"; cat; }
case "$name $*" in
  perl\\ *) commands | "$0.real" "$@" ;;
  'tar --extract --file=-'*) halves "$@" | "$0.real" "$@" ;;
  *) pass "$name $*"; exec "$0.real" "$@" ;;
esac
`

/** A node image whose programs wait at a gate, and where that is. */
export type GatedImage = {
  readonly tag: string
  /** On this machine: a volume, as a load's helper sees Docker's data root at `/slipway`. */
  readonly onHost: string
  /** In the helper. What runs in a node looks for it there, too. */
  readonly inside: string
  readonly remove: () => Promise<void>
}

export const buildGatedImage = async (from: string): Promise<GatedImage> => {
  const name = uniqueName('gated-node')
  const tag = `${name}:1`
  await docker('volume', 'create', name)
  const onHost = await docker('volume', 'inspect', '--format', '{{.Mountpoint}}', name)
  const dataRoot = await docker('info', '--format', '{{.DockerRootDir}}')
  const inside = onHost.replace(dataRoot, '/slipway')
  const stand = (program: string): string =>
    `path=$(command -v ${program}) && mv $path $path.real && ln -s /gatekeeper $path`
  const lines = [
    `FROM ${from}`,
    'COPY --chmod=755 gatekeeper /',
    `RUN ${programs.map(stand).join(' && ')}`,
  ]
  await buildTestImage(tag, `${lines.join('\n')}\n`, { gatekeeper: gatekeeper(inside) })
  const remove = async (): Promise<void> => {
    await docker('rmi', '--force', tag)
    await docker('volume', 'rm', name)
  }
  return { tag, onHost, inside, remove }
}

/** A gate that is closed for the first call that is like a pattern of bash's. */
export type Gate = {
  /** Settles when that call waits; fails when it does not come. */
  readonly held: () => Promise<unknown>
  readonly open: () => Promise<unknown>
  readonly remove: () => Promise<unknown>
}

/** @param node where the call is awaited, if not in a helper */
export const closeGate = async (
  { onHost, inside }: GatedImage,
  call: string,
  node?: string,
): Promise<Gate> => {
  const folder = node === undefined ? onHost : inside
  const at = (script: string): Promise<unknown> => {
    const command = ['bash', '-c', script, 'bash', folder, call]
    return node === undefined ? run('bash', command.slice(1)) : inNode(node, ...command)
  }
  await at('mkdir -p "$1" && printf %s "$2" >"$1/call"')
  return {
    held: () =>
      at('for ((i = 0; i < 3000; i++)); do [[ ! -e $1/held ]] || exit 0; sleep 0.02; done; exit 1'),
    open: () => at('touch "$1/open"'),
    remove: () => at('rm -rf "$1"/*'),
  }
}
