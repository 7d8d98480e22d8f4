export type Column<Row> = {
  readonly title: string
  readonly align: 'left' | 'right'
  readonly cell: (row: Row) => string
}

/** Cells as text, the titles apart. */
export type Table = {
  readonly titles: readonly string[]
  readonly aligns: readonly ('left' | 'right')[]
  readonly rows: readonly (readonly string[])[]
}

/** A table with what is said above and below it. */
export type Section = {
  readonly title: string
  readonly table: Table
  /** One line each. */
  readonly notes: readonly string[]
}

export const toTable = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Table => ({
  titles: columns.map(({ title }) => title),
  aligns: columns.map(({ align }) => align),
  rows: rows.map((row) => columns.map(({ cell }) => cell(row))),
})

/** For people at a terminal: columns aligned, two spaces between them. */
const renderTable = ({ titles, aligns, rows }: Table): string => {
  const lines = [titles, ...rows]
  const widths = titles.map((_, column) =>
    Math.max(...lines.map((cells) => cells[column]?.length ?? 0)),
  )
  const pad = (text: string, column: number): string =>
    aligns[column] === 'left'
      ? text.padEnd(widths[column] ?? 0)
      : text.padStart(widths[column] ?? 0)
  return lines.map((cells) => `${cells.map(pad).join('  ').trimEnd()}\n`).join('')
}

const renderMarkdownTable = ({ titles, aligns, rows }: Table): string => {
  const rule = aligns.map((align) => (align === 'left' ? '---' : '---:'))
  const escaped = rows.map((cells) => cells.map((cell) => cell.replaceAll('|', '\\|')))
  return [titles, rule, ...escaped].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

export const renderSections = (sections: readonly Section[]): string =>
  sections
    .map(({ title, table, notes }) =>
      [`${title}\n\n`, renderTable(table), ...notes.map((note) => `${note}\n`)].join(''),
    )
    .join('\n')

export const renderMarkdown = (sections: readonly Section[]): string =>
  sections
    .map(({ title, table, notes }) =>
      [`### ${title}\n\n`, renderMarkdownTable(table), ...notes.map((note) => `\n${note}\n`)].join(
        '',
      ),
    )
    .join('\n')
