/** What sizes are counted in, in bytes. */
export const units: Readonly<Record<string, number>> = {
  ...{ KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 },
  ...{ KIB: 2 ** 10, MIB: 2 ** 20, GIB: 2 ** 30, TIB: 2 ** 40 },
}

/** Reads a size such as `5GB`; undefined for what is none. */
export const parseSize = (given: string): number | undefined => {
  const [, number = '', unit = ''] = /^(\d{1,7}(?:\.\d{1,3})?)\s*([KMGT]i?B)$/i.exec(given) ?? []
  const bytes = Math.round(Number(number) * (units[unit.toUpperCase()] ?? 0))
  return bytes > 0 ? bytes : undefined
}
