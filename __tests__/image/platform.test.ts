import { expect, test } from 'vitest'
import { architecture } from '../../src/host/architecture.ts'
import { normalizePlatform } from '../../src/image/platform.ts'

test.each([
  ['linux/amd64', 'linux/amd64'],
  ['linux/x86_64', 'linux/amd64'],
  ['linux/x86-64', 'linux/amd64'],
  ['linux/amd64/v1', 'linux/amd64'],
  ['linux/amd64/v2', 'linux/amd64/v2'],
  ['linux/x86_64/v3', 'linux/amd64/v3'],
  ['linux/i386', 'linux/386'],
  ['linux/aarch64', 'linux/arm64'],
  ['linux/arm64/v8', 'linux/arm64'],
  ['linux/arm64/9', 'linux/arm64/v9'],
  ['linux/arm', 'linux/arm/v7'],
  ['linux/arm/7', 'linux/arm/v7'],
  ['linux/arm/v6', 'linux/arm/v6'],
  ['linux/armhf', 'linux/arm/v7'],
  ['linux/armhf/v6', 'linux/arm/v7'],
  ['linux/armel', 'linux/arm/v6'],
  ['linux/riscv64', 'linux/riscv64'],
  ['Linux/AMD64', 'linux/amd64'],
  ['windows/x86_64', 'windows/amd64'],
  ['amd64', 'linux/amd64'],
  ['arm64', 'linux/arm64'],
  ['aarch64', 'linux/arm64'],
  ['armhf', 'linux/arm/v7'],
  ['i386', 'linux/386'],
  ['linux', `linux/${architecture}`],
])('%s is %s, as for buildx', (given, expected) => {
  expect(normalizePlatform(given)).toBe(expected)
})

test.each(['local', 'windows', 'a/b/c/d', 'linux/constructor', 'constructor', ''])(
  '%j stays as it is',
  (given) => {
    expect(normalizePlatform(given)).toBe(given)
  },
)
