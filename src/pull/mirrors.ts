import { readFileSync } from 'node:fs'
import { executeIn } from '../cluster/in-node.ts'
import { isMachine, type Node } from '../cluster/node.ts'
import type { Docker } from '../docker/docker.ts'
import type { EngineApi, Get } from '../docker/engine-api.ts'
import { renderError } from '../failure.ts'
import type { ImageReference } from '../image/reference.ts'
import { hub } from '../image/refusal.ts'
import { toPlace } from '../image/sources/registry/conversation.ts'
import type { RegistryMirror } from '../inputs/inputs.ts'
import { pullOnce } from './pull-image.ts'

/** As containerd has it (docs/hosts.md). */
export const toHostsFile = (mirrors: readonly RegistryMirror[]): string =>
  [
    'server = "https://registry-1.docker.io"',
    ...mirrors.flatMap(({ host, isPlain }) => {
      const [name = '', ...path] = host.split('/')
      const base = path.length === 0 ? '' : `/v2/${path.join('/')}`
      return [
        `[host."${isPlain ? 'http' : 'https'}://${name}${base}"]`,
        '  capabilities = ["pull", "resolve"]',
        ...(base === '' ? [] : ['  override_path = true']),
      ]
    }),
  ].join('\n')

const timeoutMs = 30_000

const outcomes: Readonly<Record<string, string>> = {
  theirs: 'has mirrors of its own, which stay',
  machine: 'keeps its own: Slipway does not configure a machine',
  k3s: 'keeps its own: Slipway does not configure K3s (`k3d cluster create --registry-config` does)',
  unread: 'reads no mirrors: its containerd has no config_path (kind 0.27 and newer set it)',
}

/** @returns a word of {@link outcomes}, what the node has done, or what went wrong */
const tellNode = async (api: EngineApi, node: Node, argv: readonly string[]): Promise<string> => {
  if (isMachine(node)) return 'machine'
  // K3s makes the files that its containerd reads of its registries.yaml (pkg/agent/containerd/config.go).
  if (node.provider === 'k3d') return 'k3s'
  return (await executeIn(api, node, argv, timeoutMs).catch(renderError)).trim()
}

/**
 * Has nodes ask the mirrors, too, for what pods pull.
 *
 * @returns a line for each node that does not; never fails
 */
export const mirrorNodes = async (
  api: EngineApi,
  nodes: readonly Node[],
  mirrors: readonly RegistryMirror[],
): Promise<readonly string[]> => {
  const script = readFileSync(new URL('./in-node/mirrors.sh', import.meta.url), 'utf8')
  const argv = ['/bin/bash', '-c', script, 'mirrors', toHostsFile(mirrors)]
  const lines = await Promise.all(
    nodes.map(async (node) => {
      const { name } = node
      const word = await tellNode(api, node, argv)
      if (word === 'written' || word === 'same') return []
      return [`registry-mirrors: ${name} ${outcomes[word] ?? `could not be told: ${word}`}`]
    }),
  )
  return lines.flat()
}

/** What a mirror calls an image of Docker Hub's; undefined for others, and for what has a digest. */
export const toMirrored = (
  { canonical }: ImageReference,
  { host }: RegistryMirror,
): string | undefined => {
  const { domain, repository, version } = toPlace(canonical)
  // Docker gives no image a name by digest that it was not pulled by.
  return domain !== hub || canonical.includes('@') ? undefined : `${host}/${repository}:${version}`
}

const has = async (get: Get, name: string): Promise<boolean> =>
  (await get(`/images/${name}/json`)) !== undefined

/**
 * Asks mirrors for an image, one after another.
 *
 * @returns whether one had it; Docker has it under its own name then, and under no other that it had not before
 */
export const pullFromMirrors = async (
  docker: Docker,
  get: Get,
  reference: ImageReference,
  mirrors: readonly RegistryMirror[],
  line: (text: string) => void,
): Promise<boolean> => {
  for (const mirror of mirrors) {
    const name = toMirrored(reference, mirror)
    if (name === undefined) return false
    const wasThere = await has(get, name)
    const refusal = await pullOnce(docker, { given: reference.given, canonical: name }, line)
    if (refusal === undefined) {
      await docker.run(['tag', name, reference.canonical])
      if (!wasThere) await docker.try(['rmi', name])
      line(`Pull ${reference.given}: from ${mirror.host}`)
      return true
    }
    line(`Pull ${reference.given}: not from ${mirror.host}: ${refusal.said}`)
  }
  return false
}
