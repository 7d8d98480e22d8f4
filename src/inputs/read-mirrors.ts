import type { BuilderRequest } from './builder-request.ts'
import type { RegistryMirror } from './inputs.ts'
import type { Reader } from './reader.ts'

const pattern = /^(?:(https?):\/\/)?([a-z0-9.-]+(?::\d{1,5})?(?:\/[a-z0-9._-]+)*)\/?$/i

const isLoopback = (host: string): boolean =>
  /^(?:localhost|127(?:\.\d{1,3}){3})(?::|\/|$)/.test(host)

/** Each once, also where it is written in two ways: as a table, TOML takes it but once. */
const withoutSame = (mirrors: readonly RegistryMirror[]): readonly RegistryMirror[] => [
  ...new Map(
    mirrors.map((mirror) => [`${mirror.isPlain} ${mirror.host.toLowerCase()}`, mirror]),
  ).values(),
]

/** Reads which registries are asked for Docker Hub's images first. */
export const readMirrors = ({ list, report }: Reader): readonly RegistryMirror[] => {
  const found = list('registry-mirrors').flatMap((given) => {
    const [, scheme, host] = pattern.exec(given) ?? []
    if (host !== undefined) {
      // As Docker does, which speaks no TLS with what is on this machine.
      const isPlain = scheme === undefined ? isLoopback(host) : scheme.toLowerCase() === 'http'
      return [{ host, isPlain }]
    }
    report(
      'registry-mirrors',
      'not a registry. Write mirror.example, or https://mirror.example/path.',
      given,
    )
    return []
  })
  return withoutSame(found)
}

/** As BuildKit's configuration has them (docs/buildkitd.toml.md). */
export const toBuildkitConfig = (mirrors: readonly RegistryMirror[]): string => {
  const plain = new Set(
    mirrors.flatMap(({ host, isPlain }) => (isPlain ? [host.replace(/\/.*$/, '')] : [])),
  )
  return [
    '[registry."docker.io"]',
    `  mirrors = [${mirrors.map(({ host }) => `"${host}"`).join(', ')}]`,
    ...[...plain].flatMap((host) => [`[registry."${host}"]`, '  http = true']),
    '',
  ].join('\n')
}

/** A builder that has a configuration of its own says there which mirrors it asks. */
export const withMirrors = (
  builder: BuilderRequest | undefined,
  mirrors: readonly RegistryMirror[],
): BuilderRequest | undefined =>
  builder === undefined ||
  mirrors.length === 0 ||
  builder.config !== undefined ||
  builder.driver === 'remote'
    ? builder
    : { ...builder, config: { kind: 'inline', text: toBuildkitConfig(mirrors) } }
