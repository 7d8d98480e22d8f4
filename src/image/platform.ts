import { architecture } from '../host/architecture.ts'

/** Other names of architectures, and the variant that some of them mean, as containerd has them. */
const aliases: ReadonlyMap<string, readonly [architecture: string, variant?: string]> = new Map([
  ['i386', ['386', '']],
  ['x86_64', ['amd64']],
  ['x86-64', ['amd64']],
  ['aarch64', ['arm64']],
  ['armhf', ['arm', 'v7']],
  ['armel', ['arm', 'v6']],
])

/** Variants in other words, with their architectures. The usual one has none, but for `arm`. */
const variants: ReadonlyMap<string, string> = new Map([
  ['amd64/v1', ''],
  ...['8', 'v8', 'v8.0'].map((word) => [`arm64/${word}`, ''] as const),
  ...['9', '9.0', 'v9.0'].map((word) => [`arm64/${word}`, 'v9'] as const),
  ...['5', '6', '7', '8'].map((word) => [`arm/${word}`, `v${word}`] as const),
  ['arm/', 'v7'],
])

/** Architectures that may stand alone. */
const known =
  /^(?:386|amd64|arm|arm64|loong64|mips|mipsle|mips64|mips64le|ppc64|ppc64le|riscv64|s390x)$/

/**
 * A platform in the one spelling that buildx makes of all, such as `linux/arm64` of `aarch64`. What it takes
 * for none stays, and `local`.
 */
export const normalizePlatform = (platform: string): string => {
  const parts = platform.toLowerCase().split('/')
  const whole = parts.length > 1 ? parts : ['linux', ...parts.filter((part) => part !== 'linux')]
  const [os, name = architecture, told = ''] = whole
  const [arch, meant = told] = aliases.get(name) ?? [name]
  if (parts.length > 3 || (parts.length === 1 && !known.test(arch))) return platform
  const variant = variants.get(`${arch}/${meant}`) ?? meant
  return [os, arch, ...(variant === '' ? [] : [variant])].join('/')
}
