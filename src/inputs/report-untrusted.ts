import { parseBoolean, toOptional } from './parsers.ts'
import type { ReportProblem } from './problems.ts'
import type { InputName, RawInputs } from './raw-inputs.ts'
import { isUntrusted, type Trigger } from './trigger.ts'

/** All that a Dockerfile could be shown. */
const secretInputs = [
  'private-key',
  'github-token',
  'secrets',
  'secret-envs',
  'secret-files',
  'ssh',
] as const satisfies readonly InputName[]

/** The one gate for secrets: none reaches code that somebody else may have written, unasked. */
export const reportUntrusted = (raw: RawInputs, trigger: Trigger, report: ReportProblem): void => {
  const isAllowed = parseBoolean('allow-untrusted-trigger', raw['allow-untrusted-trigger'], report)
  const given = secretInputs.filter((name) => toOptional(raw[name]) !== undefined)
  if (isAllowed || given.length === 0 || !isUntrusted(trigger)) return
  const isKnown = /^(pull_request|workflow_run)/.test(trigger.event)
  const code = isKnown
    ? "runs for a fork's code here, and its Dockerfile"
    : "may run for a fork's code (the event does not say), and its Dockerfile"
  report({
    input: 'allow-untrusted-trigger',
    reason: `${trigger.event} ${code} would see ${given.join(', ')}`,
    remedy:
      'Build such code on pull_request without secrets, or set it to true if only trusted code is built.',
  })
}
