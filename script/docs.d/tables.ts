/** A table of Markdown; the second row is of dashes. */
export const renderRows = (rows: readonly (readonly string[])[]): string =>
  rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')

/** A text of several lines as a cell of a table. */
export const toCell = (text: string): string =>
  text
    .trim()
    .replace(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|')

/** Puts a text between `<!-- name -->` and `<!-- /name -->`. */
export const fill = (markdown: string, name: string, text: string): string => {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [from, to] = [markdown.indexOf(start), markdown.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`There is no ${start} ... ${end}`)
  return `${markdown.slice(0, from + start.length)}\n\n${text}\n\n${markdown.slice(to)}`
}
