/** `840 MB`, `1.2 GB`: decimal units, as Docker shows them. */
export const formatBytes = (bytes: number): string => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000
    unit += 1
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`
}

/** `85 ms`, `1.4 s`, `3 min 20 s`. */
export const formatDuration = (ms: number): string => {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** `1 node`, `2 nodes`. */
export const formatCount = (number: number, what: string): string =>
  `${number} ${what}${number === 1 ? '' : 's'}`

/** Text that stays text in a Markdown table's cell, whatever a name or a message holds. */
export const escapeCell = (text: string): string =>
  text
    .replace(/[\r\n]+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[|`\\[\]*_~$]/g, (mark) => `\\${mark}`)

/** A line that stays text in Markdown, too: no heading, list, quotation or rule. */
export const escapeLine = (text: string): string =>
  escapeCell(text.trim()).replace(/^(\d*)([#>+=.)-])/, '$1\\$2')

/** The same for each line of a text. */
export const escapeText = (text: string): string =>
  text
    .split(/\r\n|\n|\r/)
    .map(escapeLine)
    .join('\n')
