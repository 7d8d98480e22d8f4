import { type Column, type Section, toTable } from './table.ts'
import { formatCount } from './units.ts'

/** What is said of one bar once all is measured. */
export type Verdict = {
  readonly name: string
  readonly measure: string
  readonly bar: string
  readonly measured: string
  readonly isMet: boolean
}

const columns: readonly Column<Verdict>[] = [
  { title: 'bar', align: 'left', cell: ({ name }) => name },
  { title: 'measure', align: 'left', cell: ({ measure }) => measure },
  { title: 'shall be', align: 'left', cell: ({ bar }) => bar },
  { title: 'measured: median (min-max)', align: 'left', cell: ({ measured }) => measured },
  { title: 'verdict', align: 'left', cell: ({ isMet }) => (isMet ? 'met' : 'NOT MET') },
]

const toTitle = (verdicts: readonly Verdict[], percent: number): string => {
  const missed = verdicts.filter(({ isMet }) => !isMet).length
  const outcome = missed === 0 ? 'all met' : `${missed} NOT MET`
  const size = percent === 100 ? '' : `, at ${percent}% of the sizes they are meant for`
  return `${formatCount(verdicts.length, 'bar')}: ${outcome}${size}`
}

/** @param percent of the sizes that the bars are about */
export const toBarsSection = (verdicts: readonly Verdict[], percent: number): Section => ({
  title: toTitle(verdicts, percent),
  table: toTable(columns, verdicts),
  notes: [],
})
