import { resolve } from 'node:path'
import { toContextFolder } from './context-folder.ts'
import type { BakeInputs, BuildInputs } from './inputs.ts'
import type { ReportProblem } from './problems.ts'

/** What there is at a path, links followed. */
export type KindOf = (path: string) => 'folder' | 'file' | 'nothing'

const remedy = 'Paths start in the workspace: has actions/checkout run before this step?'

/** Where paths start, and who looks there. */
export type Looker = { readonly workspace: string; readonly kindOf: KindOf }

type Place = {
  /** Which input names it, for people. */
  readonly input: string
  readonly context: string
  /** The Dockerfile, absolute; undefined for the one that is usual. */
  readonly file: string | undefined
}

const reportPlace = (place: Place, { workspace, kindOf }: Looker, report: ReportProblem): void => {
  const { input, context, file } = place
  const folder = toContextFolder(context, workspace)
  if (folder === undefined || context === '-') return
  const kind = kindOf(folder)
  const isThere = (name: string): boolean => kindOf(resolve(folder, name)) !== 'nothing'
  if (kind !== 'folder') {
    const reason = kind === 'file' ? 'it is no folder' : 'there is no such folder'
    report({ input: `${input}context`, value: context, reason, remedy })
  } else if (file === undefined && !isThere('Dockerfile') && !isThere('dockerfile')) {
    // BuildKit takes either.
    const reason = 'the folder has no Dockerfile'
    report({
      input: `${input}context`,
      value: context,
      reason,
      remedy: `Name it with file. ${remedy}`,
    })
  } else if (file !== undefined && !isThere(file)) {
    report({ input: `${input}file`, value: file, reason: 'there is no such file', remedy })
  }
}

const toOwn = ({ context, file }: BuildInputs, workspace: string): readonly Place[] =>
  // buildx fetches it.
  file === '-' || /^https?:/.test(file ?? '')
    ? []
    : [{ input: '', context, file: file === undefined ? undefined : resolve(workspace, file) }]

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Of the entries in `builds`; Bake looks for their Dockerfiles in their contexts. */
const toEntries = ({ definition }: BakeInputs, workspace: string): readonly Place[] =>
  Object.entries(definition?.target ?? {}).flatMap(([name, target]) => {
    if (target['dockerfile-inline'] !== undefined) return []
    const context = text(target['context']) ?? '.'
    const file = text(target['dockerfile'])
    const inside = file === undefined ? undefined : resolve(workspace, context, file)
    return [{ input: `builds, ${name}, `, context, file: inside }]
  })

/** What is to be built and is not there: said before a token is minted for it. */
export const reportMissing = (
  build: BuildInputs | undefined,
  bake: BakeInputs | undefined,
  looker: Looker,
  report: ReportProblem,
): void => {
  const { workspace, kindOf } = looker
  const places = [
    ...(build === undefined ? [] : toOwn(build, workspace)),
    ...(bake === undefined ? [] : toEntries(bake, workspace)),
  ]
  for (const place of places) reportPlace(place, looker, report)
  for (const value of bake?.files ?? []) {
    if (value.includes('://') || kindOf(resolve(workspace, value)) !== 'nothing') continue
    report({ input: 'bake-files', value, reason: 'there is no such file', remedy })
  }
}
