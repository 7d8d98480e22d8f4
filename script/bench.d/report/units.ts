const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Decimal units, as Docker and df -H use them. */
export const formatBytes = (bytes: number): string => {
  let value = Math.abs(bytes)
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000
    unit += 1
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1
  const sign = bytes < 0 && value !== 0 ? '-' : ''
  return `${sign}${value.toFixed(digits)} ${units[unit]}`
}

/** Without its unit, which is seconds. */
export const formatSeconds = (ms: number): string => (ms / 1_000).toFixed(ms < 9_995 ? 2 : 1)

export const formatCount = (value: number, noun: string): string =>
  `${value.toLocaleString('en-US')} ${noun}${value === 1 ? '' : 's'}`

export const formatRatio = (ratio: number): string => `${ratio.toFixed(ratio < 9.95 ? 1 : 0)}x`
