import { writeFileSync } from 'node:fs'
import type { Flags } from './flags.ts'
import { type Hit, type PlaceId, places } from './places.ts'
import { unpacked } from './search/files.ts'
import { isByDesign, longest, type Row, renderMarkdown, renderText, toRows } from './table.ts'

export type Outcome = {
  readonly hits: readonly Hit[]
  /** The ends of paths of files in which the control run put its token, in all forms. */
  readonly planted: readonly string[]
  /** Ways whose token still works when their job has ended. */
  readonly living: readonly string[]
  readonly failures: readonly string[]
}

const legend = `  -       not there
  build   while the build ran
  job     until the job ends: in what the runner hands to later steps, or in its temp folder
  stays   still there afterwards
  ?       could not be looked at
`

/** Places in which the control run's token was not found: the audit would not see a leak there. */
const blindSpots = (outcome: Outcome, skipped: readonly PlaceId[]): readonly string[] => {
  const own = outcome.hits.filter(({ way }) => way === 'control')
  const missed = (Object.keys(places) as readonly PlaceId[])
    .filter((id) => !skipped.includes(id) && longest(own, id) === undefined)
    .map((id) => places[id].title)
  const found = own.map(({ where }) => where.replace(unpacked, ''))
  const isMissed = (end: string): boolean => !found.some((path) => path.endsWith(end))
  return [...missed, ...outcome.planted.filter(isMissed)]
}

/** What this action left in a place where nothing belongs. */
const ownLeaks = ({ hits }: Outcome): readonly string[] =>
  hits
    .filter(({ way, place }) => way === 'slipway' && !isByDesign(place))
    .map(({ place, where }) => `${places[place].title}: ${where}`)

const list = (title: string, entries: readonly string[]): void => {
  if (entries.length === 0) return
  console.log(`\n${title}`)
  for (const entry of new Set(entries)) console.log(`  ${entry}`)
}

const describeHits = (hits: readonly Hit[]): readonly string[] =>
  hits.map(({ way, place, moment, where }) => `${way}, ${place}, ${moment}: ${where}`).sort()

/** Prints the table and what it means. @returns whether all is well */
export const report = (flags: Flags, outcome: Outcome, skipped: readonly PlaceId[]): boolean => {
  const heads = flags.ways.map(({ name }) => name)
  const hitsOf = (name: string) => outcome.hits.filter(({ way }) => way === name)
  const columns = heads.map((name) => ({ name, hits: hitsOf(name) }))
  const life: Row = {
    title: 'The token still works when the job has ended',
    cells: heads.map((name) => (outcome.living.includes(name) ? 'yes' : '-')),
  }
  const rows = [...toRows(columns, skipped), life]
  for (const { name, about } of flags.ways) console.log(`${name.padEnd(14)}  ${about}`)
  console.log(`\n${renderText(heads, rows)}\n\n${legend}`)
  if (flags.markdown !== undefined) {
    // The control run is the last way, and nobody's.
    const others = rows.map(({ title, cells }) => ({ title, cells: cells.slice(0, -1) }))
    writeFileSync(flags.markdown, renderMarkdown(heads.slice(0, -1), others))
  }
  if (flags.showsWhere) list('Where:', describeHits(outcome.hits))
  if (!flags.hasPeers) {
    console.log(
      'For the two actions that are used today: clone actions/create-github-app-token and docker/build-push-action from GitHub into one folder, and say `--peers FOLDER`.',
    )
  }
  const blind = blindSpots(outcome, skipped)
  const leaks = ownLeaks(outcome)
  list('These did not get to their end:', outcome.failures)
  list('The control run leaked here, and the audit did not see it:', blind)
  list('This action left the token here:', leaks)
  const isWell = outcome.failures.length + blind.length + leaks.length === 0
  if (isWell) {
    console.log(
      heads.includes('slipway')
        ? `This action left the token nowhere; the control run's was found in all ${Object.keys(places).length - skipped.length} places, and in all ${outcome.planted.length} files that it planted.`
        : 'The control run was found everywhere.',
    )
  }
  return isWell
}
