import { type Hit, type Moment, moments, type Place, type PlaceId, places } from './places.ts'

export type Column = { readonly name: string; readonly hits: readonly Hit[] }

/** The longest that a token was in a place; undefined when it was not there. */
export const longest = (hits: readonly Hit[], place: PlaceId): Moment | undefined =>
  moments.findLast((moment) => hits.some((hit) => hit.place === place && hit.moment === moment))

const placeIds = Object.keys(places) as readonly PlaceId[]

export const isByDesign = (id: PlaceId): boolean => (places[id] as Place).byDesign === true

export type Row = { readonly title: string; readonly cells: readonly string[] }

/** A row for each place, a cell for each way. `skipped` places could not be looked at. */
export const toRows = (columns: readonly Column[], skipped: readonly PlaceId[]): readonly Row[] =>
  placeIds.map((id) => ({
    title: `${places[id].title}${isByDesign(id) ? ' (by design)' : ''}`,
    cells: columns.map(({ hits }) => (skipped.includes(id) ? '?' : (longest(hits, id) ?? '-'))),
  }))

const columnWidths = (rows: readonly (readonly string[])[]): readonly number[] =>
  (rows[0] ?? []).map((_, at) => Math.max(...rows.map((cells) => cells[at]?.length ?? 0)))

/** For a terminal. */
export const renderText = (heads: readonly string[], rows: readonly Row[]): string => {
  const all = [['', ...heads], ...rows.map(({ title, cells }) => [title, ...cells])]
  const widths = columnWidths(all)
  return all
    .map((cells) =>
      cells
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** For a file. */
export const renderMarkdown = (heads: readonly string[], rows: readonly Row[]): string => {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    line(['', ...heads.map((head) => `\`${head}\``)]),
    line(['', ...heads].map(() => '---')),
    ...rows.map(({ title, cells }) => line([title, ...cells])),
    '',
  ].join('\n')
}
