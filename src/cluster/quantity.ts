const decimal = { n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 }
const binary = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 }
const suffixes: Readonly<Record<string, number>> = { '': 1, ...decimal, ...binary }

const pattern = /^\+?((?:\d+(?:\.\d*)?|\.\d+))(?:([eE][+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i)?)$/

/**
 * Reads what Kubernetes calls a quantity, such as `128Mi`, `1.5Gi`, `500m` or `1e3`; undefined for
 * what it would refuse, and for what is below nothing, which nobody can ask for.
 */
export const parseQuantity = (text: string): number | undefined => {
  const [, digits, exponent = '', suffix = ''] = pattern.exec(text) ?? []
  const factor = suffixes[suffix]
  if (digits === undefined || factor === undefined) return undefined
  const value = Number(`${digits}${exponent}`)
  // Divided, because 0.001 is no number that a computer has, and 1000 is.
  return factor < 1 ? value / Math.round(1 / factor) : value * factor
}
