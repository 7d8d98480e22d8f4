import { findAttested } from '../build/exports.ts'
import { findPruneObjection } from '../disk/prune-cache.ts'
import { type Facts, toWanted } from '../facts/facts.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { RawInputs } from '../inputs/raw-inputs.ts'
import { findUsed } from '../manifests/check-images.ts'
import type { Plan } from '../plan/plan.ts'
import { renderPullWarning } from '../plan/pull-warning.ts'
import { renderSum } from '../plan/shortage.ts'
import { findDockers } from '../storage/filesystems.ts'
import { formatBytes } from '../text/format.ts'
import { isTooPlain, maskPrivateKey, maskSecret, maskToken } from '../token/masks.ts'
import type { Environment } from './actions/environment.ts'
import type { Runner } from './actions/runner.ts'

/** Nothing may print before the secrets that came as inputs are hidden. */
export const maskInputs = (
  { credentials, secrets }: Inputs,
  given: RawInputs,
  runner: Runner,
): void => {
  const { mask } = runner
  for (const { value } of secrets) maskSecret(value.expose(), mask)
  const plain = secrets.filter(({ value }) => isTooPlain(value.expose())).map(({ id }) => id)
  if (plain.length > 0) {
    runner.warning(
      `The log does not hide the ${plain.length === 1 ? 'secret' : 'secrets'} ${plain.join(', ')}: values that are short or plain words, such as \`true\`, are in every log, and hiding them would hide ordinary text.`,
    )
  }
  if (credentials.kind === 'given') maskToken(credentials.token.expose(), mask)
  if (credentials.kind !== 'app') return
  maskPrivateKey(given['private-key'] ?? '', credentials.privateKey.expose(), mask)
}

/** What was asked and will not happen should not surprise anybody later. */
export const tellWhatIsNot = (inputs: Inputs, facts: Facts, { line, warning }: Runner): void => {
  for (const text of facts.leftOut) line(text)
  if (facts.targets.length > 0 && inputs.credentials.kind === 'none') {
    line('The build gets no token: neither client-id with private-key nor github-token is given.')
  }
  if (inputs.credentials.kind === 'given' && inputs.credentials.insteadOfApp !== undefined) {
    line(`${inputs.credentials.insteadOfApp}; the build gets github-token.`)
  }
  const attested = findAttested(facts.targets)
  if (attested.length > 0) {
    line(`attest of ${attested.join(', ')} is left out: nodes take images without attestations.`)
  }
  const isAskedToFree = inputs.freeDisk !== 'auto' && inputs.freeDisk !== 'never'
  if (isAskedToFree && !facts.isHostedRunner) {
    line('Nothing is deleted to free disk: this is not a GitHub-hosted runner.')
  } else if (typeof inputs.freeDisk === 'object' && !facts.isLocalDaemon) {
    line('Nothing is deleted to free disk: the daemon is on another machine.')
  }
  const disk = findDockers(facts.filesystems)
  if (typeof inputs.freeDisk === 'object' && disk !== undefined) {
    const { targetBytes } = inputs.freeDisk
    if (targetBytes > disk.totalBytes) {
      warning(
        `free-disk: ${formatBytes(targetBytes)} can never be free: the disk has ${formatBytes(disk.totalBytes)} in all.`,
      )
    }
  }
  const objection = findPruneObjection(facts)
  if (inputs.pruneCache === 'always' && objection !== undefined) {
    line(`The build cache stays: ${objection}.`)
  }
}

/** Whoever runs the job again knows better than what we remember of the last time. */
export const refuseOrTell = (
  { disk, shortage }: Plan,
  environment: Environment,
  runner: Runner,
): void => {
  for (const sum of disk.sums) if (sum.needs.length > 0) runner.line(renderSum(sum))
  if (shortage === undefined) return
  if (environment.runAttempt === 1) throw shortage
  runner.warning(`${shortage.message}. It is tried all the same, as the job was run again.`)
}

/** Names that manifests use have been judged there, each at its line. */
export const tellPulls = (facts: Facts, { warning }: Runner): void => {
  const text = renderPullWarning(toWanted(facts), findUsed(facts.manifests.workloads))
  if (text !== undefined) warning(text)
}
