import type { Sizes } from '../image/sizes.ts'

const mb = 1_000_000

/** MB with three digits that count, rounded up, so that names stay short. */
const toMb = (bytes: number): number => {
  const whole = Math.min(9_990_000, Math.max(1, Math.ceil(bytes / mb)))
  const step = 10 ** Math.max(0, `${whole}`.length - 3)
  return Math.ceil(whole / step) * step
}

/** Such as `PREFIX7120-6200.950`: all together, and each. */
export const toSizesKey = (prefix: string, { totalBytes, each }: Sizes): string =>
  `${prefix}${toMb(totalBytes)}-${each.map(toMb).join('.')}`

const keyPattern =
  /^(slipway-size-v2-[0-9a-f]{16}-)([1-9][0-9]{0,6})-([1-9][0-9]{0,6}(?:\.[1-9][0-9]{0,6})*)(?:-[0-9a-f]{8})?$/

/** The sizes that a name tells; undefined when it is not one that we would have given. */
export const parseSizesKey = (prefix: string, key: string, images: number): Sizes | undefined => {
  const [, start, total, list = ''] = keyPattern.exec(key) ?? []
  const each = list.split('.').map((size) => Number(size) * mb)
  if (start !== prefix || each.length !== images) return undefined
  return { totalBytes: Number(total) * mb, each }
}

/** So little is not worth another entry. */
export const isNear = (a: Sizes, b: Sizes): boolean =>
  Math.abs(a.totalBytes - b.totalBytes) <= 0.05 * b.totalBytes
