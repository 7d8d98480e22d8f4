export type Column<Row> = {
  readonly title: string
  readonly align: 'left' | 'right'
  readonly cell: (row: Row) => string
}

/** A table for people: columns aligned, two spaces between them. */
export const renderTable = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string => {
  const cells = columns.map(({ title, cell }) => [title, ...rows.map(cell)])
  const padded = columns.map(({ align }, index) => {
    const texts = cells[index] ?? []
    const width = Math.max(...texts.map((text) => text.length))
    return texts.map((text) => (align === 'left' ? text.padEnd(width) : text.padStart(width)))
  })
  const lines = ['', ...rows].map((_, row) => padded.map((texts) => texts[row] ?? '').join('  '))
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`
}
