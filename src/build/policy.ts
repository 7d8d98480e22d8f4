import type { BakeFile } from '../inputs/inputs.ts'
import { quote } from './outputs.ts'

/** As `bake --print` has it: a Go struct, whose names Bake itself does not read (docker/buildx, util/buildflags). */
type PrintedPolicy = {
  readonly Files: readonly { readonly Filename?: string }[] | null
  readonly Reset?: boolean
  readonly Disabled?: boolean
  readonly Strict?: boolean | null
  readonly LogLevel?: string | null
}

const isPrinted = (entry: unknown): entry is PrintedPolicy =>
  typeof entry === 'object' && entry !== null && 'Files' in entry

/** What buildx 0.31 has read of the files is left out: it reads them again. */
const toEntry = ({ Files, Reset, Disabled, Strict, LogLevel }: PrintedPolicy): string =>
  [
    ...(Files ?? []).map(({ Filename = '' }) => `filename=${Filename}`),
    ...(Reset === true ? ['reset=true'] : []),
    ...(Disabled === true ? ['disabled=true'] : []),
    ...(typeof Strict === 'boolean' ? [`strict=${Strict}`] : []),
    ...(LogLevel ? [`log-level=${LogLevel}`] : []),
  ]
    .map(quote)
    .join(',')

/** What Bake printed, with the policies of its targets as Bake reads them. */
export const withPolicies = (printed: BakeFile): BakeFile => ({
  ...printed,
  target: Object.fromEntries(
    Object.entries(printed.target).map(([name, target]) => {
      const { policy } = target
      if (!Array.isArray(policy)) return [name, target]
      const entries = policy.map((each) => (isPrinted(each) ? toEntry(each) : each))
      return [name, { ...target, policy: entries }]
    }),
  ),
})
