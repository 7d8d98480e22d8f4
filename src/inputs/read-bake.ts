import type { Allowances } from './allow.ts'
import type { BakeInputs } from './inputs.ts'
import { buildWords } from './raw-inputs.ts'
import { readBuild } from './read-build.ts'
import { readBuilds } from './read-builds.ts'
import { type Reader, toLines } from './reader.ts'
import { reportMissingFile } from './report-missing.ts'
import { reportOutside } from './report-outside.ts'

/** Words that say what is built, of which one step takes one. */
const ways = ['context', 'bake-files', 'builds'] as const

const reportMixture = ({ text, report }: Reader): void => {
  const given = ways.filter((name) => text(name) !== undefined)
  const [first, second] = given
  if (second !== undefined) {
    report(
      second,
      `given together with ${first}. Keep one of ${given.join(', ')}; a build of its own can be an entry or a target.`,
    )
  }
  if (first === undefined || first === 'context') return
  const place = first === 'builds' ? 'the entries' : 'the file, or bake-set'
  for (const word of buildWords) {
    // What is pushed is said of all at once.
    if (word === 'context' || word === 'push' || [undefined, 'false'].includes(text(word))) continue
    report(word, `for a single build, not for ${first}. Write it into ${place}.`)
  }
}

/** The step's own build, as a Bake file with the target that Bake takes where it is told none. */
const readSingle = (reader: Reader, allow: Allowances): BakeInputs => {
  if (reader.text('tags') === undefined) {
    const text = 'empty, and a pod could not name the image that is built.'
    reader.report('tags', `${text} Give the image a name, such as my-api:dev.`)
  }
  const definition = { target: { default: readBuild(reader, allow) } }
  return { isSingle: true, files: [], definition, targets: [], sets: [], pushes: false }
}

/** Reads what is to be built: the step's own build, a list of builds, or Bake files. */
export const readBake = (reader: Reader, allow: Allowances): BakeInputs | undefined => {
  const { raw, text, list, check, isTrue, report } = reader
  reportMixture(reader)
  const files = list('bake-files')
  const sets = check('bake-set', toLines(raw['bake-set']))
  const targets = check('targets', list('targets'))
  const builds = text('builds')
  if (files.length === 0 && builds === undefined) {
    for (const input of ['targets', 'bake-set'] as const) {
      if (text(input) === undefined) continue
      const how = 'Name the Bake files in bake-files, or leave it out.'
      report(input, `given without bake-files or builds. ${how}`)
    }
    return text('context') === undefined ? undefined : readSingle(reader, allow)
  }
  for (const file of files) {
    reportOutside(reader, 'bake-files', file)
    reportMissingFile(reader, file)
  }
  const definition = builds === undefined ? undefined : readBuilds(reader, builds, allow)
  return { isSingle: false, files, definition, targets, sets, pushes: isTrue('push') }
}
