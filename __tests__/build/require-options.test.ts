import { expect, test, vi } from 'vitest'
import { requireOptions } from '../../src/build/require-options.ts'
import type { BuilderRequest } from '../../src/inputs/builder-request.ts'

const requestOf = (...options: readonly string[]): BuilderRequest => ({
  ...{
    driver: 'kubernetes',
    endpoint: undefined,
    flags: undefined,
    config: undefined,
    platforms: [],
    certificates: [],
    appended: [],
    keepsState: 'no',
  },
  options,
})

test('an option that buildx lacks: which release brought it', async () => {
  const version = async () => [0, 29] as const
  const claim = requestOf('image=a', 'persistent-volume-claim.requests.storage=1Gi')
  await expect(requireOptions(claim, version)).rejects.toThrow(
    'driver-opts: persistent-volume-claim.requests.storage needs buildx 0.34 or newer, and this one is 0.29',
  )
  await requireOptions(requestOf('env.A=1', '"labels=a=1,b=2"'), version)
  // Distributions build it without a version.
  await requireOptions(claim, async () => [0, 0])
  await requireOptions(claim, async () => undefined)
})

test('buildx is not asked for what it always had', async () => {
  const version = vi.fn(async () => undefined)
  await requireOptions(requestOf('image=a', 'namespace=ci'), version)
  expect(version).not.toHaveBeenCalled()
})
