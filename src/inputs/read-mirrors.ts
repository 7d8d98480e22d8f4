import type { BuilderRequest } from './builder-request.ts'
import type { RegistryMirror } from './inputs.ts'
import type { Reader } from './reader.ts'

const pattern = /^(?:(https?):\/\/)?([a-z0-9.-]+(?::\d{1,5})?(?:\/[a-z0-9._-]+)*)\/?$/i

const isLoopback = (host: string): boolean =>
  /^(?:localhost|127(?:\.\d{1,3}){3})(?::|\/|$)/.test(host)

/** Reads which registries are asked for Docker Hub's images first. */
export const readMirrors = ({ list, report }: Reader): readonly RegistryMirror[] =>
  list('registry-mirrors').flatMap((given) => {
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

/** As BuildKit's configuration has them (docs/buildkitd.toml.md). */
export const toBuildkitConfig = (mirrors: readonly RegistryMirror[]): string =>
  [
    '[registry."docker.io"]',
    `  mirrors = [${mirrors.map(({ host }) => `"${host}"`).join(', ')}]`,
    ...mirrors.flatMap(({ host, isPlain }) =>
      isPlain ? [`[registry."${host.replace(/\/.*$/, '')}"]`, '  http = true'] : [],
    ),
    '',
  ].join('\n')

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
