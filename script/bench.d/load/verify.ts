import type { Session } from '../host/session.ts'
import type { Trial } from './way.ts'

type Manifest = {
  readonly config?: { readonly digest: string }
  readonly manifests?: readonly { readonly digest: string }[]
}

type CriImages = {
  readonly images: readonly { readonly id: string; readonly repoTags?: readonly string[] | null }[]
}

/** Mounts the image as a container would have it, and counts: files, bytes. */
const countScript = `
set -eo pipefail
target=/run/slipway-bench
mkdir -p "$target"
ctr --namespace k8s.io images mount "$1" "$target" >/dev/null
find "$target" -type f -printf '%s\\n' | awk '{ bytes += $1 } END { printf "%d %.0f", NR, bytes }'
ctr --namespace k8s.io images unmount --rm "$target" >/dev/null
`

const createNode = (session: Session, node: string) => {
  const exec = (args: readonly string[]): Promise<string> => session.docker(['exec', node, ...args])
  const ctr = (args: readonly string[]): Promise<string> =>
    exec(['ctr', '--namespace', 'k8s.io', ...args])
  return { exec, ctr }
}

type Node = ReturnType<typeof createNode>

/** The config's digest behind a manifest, or behind the first usable one of an index. */
const configOf = async (node: Node, digest: string): Promise<string | undefined> => {
  const json = await node.ctr(['content', 'get', digest])
  const { config, manifests = [] } = JSON.parse(json) as Manifest
  if (config !== undefined) return config.digest
  for (const child of manifests) {
    const found = await configOf(node, child.digest).catch(() => undefined)
    if (found !== undefined) return found
  }
  return undefined
}

const criIdOf = async ({ exec }: Node, name: string): Promise<string | undefined> => {
  const json = await exec([
    'sh',
    '-c',
    'if command -v crictl >/dev/null; then crictl images -o json; fi',
  ])
  if (json.trim() === '') return undefined
  const { images } = JSON.parse(json) as CriImages
  return images.find(({ repoTags }) => repoTags?.includes(name))?.id ?? 'nothing of that name'
}

const verifyNode = async ({ session, image }: Trial, name: string): Promise<void> => {
  const node = createNode(session, name)
  const fail = (what: string): never => {
    throw new Error(`${name}: not usable: ${what}`)
  }
  const listed = await node.ctr(['images', 'ls', `name==${image.canonical}`])
  const digest = /sha256:[0-9a-f]{64}/.exec(listed)?.[0] ?? fail('containerd does not list it')
  const config = await configOf(node, digest)
  if (config !== image.configDigest) fail(`its config is ${config}, not ${image.configDigest}`)
  const criId = await criIdOf(node, image.canonical)
  if (criId !== undefined && criId !== image.configDigest) fail(`CRI shows ${criId}`)
  const counted = await node.exec(['bash', '-c', countScript, 'bash', image.canonical])
  const expected = `${image.files} ${image.bytes}`
  if (counted !== expected) fail(`files and bytes are ${counted}, not ${expected}`)
}

/**
 * Looks whether the nodes could start pods from the image now.
 *
 * @throws {Error} naming the first thing that is wrong
 */
export const verify = async (trial: Trial): Promise<void> => {
  await Promise.all(trial.nodes.names.map((name) => verifyNode(trial, name)))
}
