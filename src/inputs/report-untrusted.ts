import type { BakeInputs } from './inputs.ts'
import { parseBoolean, toList, toOptional } from './parsers.ts'
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

/** What several builds are told of secrets, in the words of Bake or of an entry. */
const findOfBake = (raw: RawInputs, bake: BakeInputs | undefined): readonly string[] => {
  if (bake === undefined || bake.isSingle) return []
  const targets = Object.values(bake.definition?.target ?? {})
  const hasAgent = targets.some(({ ssh }) => Array.isArray(ssh) && ssh.length > 0)
  const isSet = bake.sets.some((line) => /^[^=]*\.(?:secrets?|ssh)\b/.test(line))
  return [
    ...(hasAgent ? ['ssh in builds'] : []),
    ...(isSet ? ['secrets in bake-set'] : []),
    // Of Bake files alone.
    ...(toList(raw.allow).includes('ssh') ? ['the agent (allow: ssh)'] : []),
  ]
}

/**
 * The one gate for secrets: none reaches code that somebody else may have written, unasked.
 *
 * @returns whether the code is trusted, by where it comes from or by the author's word
 */
export const reportUntrusted = (
  raw: RawInputs,
  bake: BakeInputs | undefined,
  trigger: Trigger,
  report: ReportProblem,
): boolean => {
  const isAllowed = parseBoolean('allow-untrusted-trigger', raw['allow-untrusted-trigger'], report)
  const given = [
    ...secretInputs.filter((name) => toOptional(raw[name]) !== undefined),
    ...findOfBake(raw, bake),
  ]
  if (isAllowed || !isUntrusted(trigger)) return true
  if (given.length === 0) return false
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
  return false
}
