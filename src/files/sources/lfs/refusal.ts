import { Failure } from '../../../failure.ts'
import { formatBytes, formatCount } from '../../../text/format.ts'
import { toLine } from '../../../text/to-line.ts'
import type { Wanted } from './draft.ts'

/** What GitHub says since budgets, and what it said of data packs; 509 is the specification's own. */
const overBudget = /exceeded its LFS budget|over its data quota/i

type Asked = { readonly endpoint: URL; readonly objects: readonly Wanted[] }

const toWhat = ({ endpoint, objects }: Asked): string => {
  const bytes = objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  return `${formatCount(objects.length, 'file')} of Git LFS (${formatBytes(bytes)}) at ${endpoint.host}${endpoint.pathname}`
}

const toBudgetRemedy = ({ origin, pathname }: URL): string =>
  [
    '`node-files-cache` keeps files between runs, so that they are fetched once.',
    `Until the next billing cycle, only the owner of ${pathname.split('/')[1]} can raise the budget or buy more`,
    `(${origin}/settings/billing/budgets, or the same page of the organization).`,
  ].join(' ')

const remedies: Readonly<Record<number, string>> = {
  401: 'The token is not valid (any more): look at the step that made it.',
  403: 'The token needs the permission `contents: read` for this repository.',
  404: 'The token needs the permission `contents: read`, and the App or job has to reach this repository.',
  413: 'It is more than the server takes at once, which no setting changes.',
}

/** Of a server that answered a whole request with a status. */
export const toRefusal = (asked: Asked, status: number, message: string | undefined): Failure => {
  const said = message === undefined ? '' : `: ${toLine(message)}`
  const what = `Asked for ${toWhat(asked)}, the server answered ${status}${said}`
  const isOverBudget = status === 509 || overBudget.test(message ?? '')
  const remedy = isOverBudget ? toBudgetRemedy(asked.endpoint) : remedies[status]
  return new Failure(what, { ...(remedy !== undefined && { remedy }) })
}

export type Missing = { readonly path: string; readonly code: unknown; readonly message: unknown }

const mostTold = 5

/** Of objects that the server does not have, or does not give. */
export const toMissing = (asked: Asked, missing: readonly Missing[]): Failure => {
  const told = missing.slice(0, mostTold).map(({ path, code, message }) => {
    const said = typeof message === 'string' ? toLine(message, 100) : 'no reason'
    return `${toLine(path, 200)} (${typeof code === 'number' ? code : 'no status'}: ${said})`
  })
  const more = missing.length - told.length
  const isOverBudget = missing.some(({ message }) => overBudget.test(String(message)))
  return new Failure(
    `${asked.endpoint.host} does not give ${told.join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
    {
      remedy: isOverBudget
        ? toBudgetRemedy(asked.endpoint)
        : '`git lfs push --all origin` in a clone that has them sends them there.',
    },
  )
}
