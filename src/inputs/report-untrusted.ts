import type { BakeInputs } from './inputs.ts'
import type { InputName, RawInputs } from './raw-inputs.ts'
import { type Reader, toList } from './reader.ts'
import { isUntrusted } from './trigger.ts'

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
export const reportUntrusted = (reader: Reader, bake: BakeInputs | undefined): boolean => {
  const { raw, text, isTrue, report } = reader
  const { trigger } = reader.run
  const isAllowed = isTrue('allow-untrusted-trigger')
  const given = [
    ...secretInputs.filter((name) => text(name) !== undefined),
    ...findOfBake(raw, bake),
  ]
  if (isAllowed || !isUntrusted(trigger)) return true
  if (given.length === 0) return false
  const runs = /^(pull_request|workflow_run)/.test(trigger.event)
    ? "runs for a fork's code here"
    : "may run for a fork's code (the event does not say)"
  report(
    'allow-untrusted-trigger',
    `${trigger.event} ${runs}, and its Dockerfile would see ${given.join(', ')}. Build such code on pull_request without secrets, or set it to true if only trusted code is built.`,
  )
  return false
}
