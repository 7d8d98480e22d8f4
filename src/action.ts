import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { findAttested } from './build/exports.ts'
import { diagnoseNow } from './diagnose/look-after.ts'
import { beginNotes, type JobNotes } from './diagnose/notes/job-notes.ts'
import { renderSum } from './disk/explain.ts'
import { createMoreRoom } from './disk/more-room.ts'
import { findPruneObjection } from './disk/prune-cache.ts'
import type { SizeMemory } from './disk/size-memory.ts'
import { executeStep } from './execute.ts'
import { type Facts, toWanted } from './facts/facts.ts'
import { findDockers } from './facts/filesystems.ts'
import { look } from './facts/look.ts'
import { Failure, renderError } from './failure.ts'
import { kindOf } from './host/access.ts'
import { forbidCoreDumps } from './host/core-limit.ts'
import { createDocker } from './host/docker.ts'
import type { Environment } from './host/environment.ts'
import { settleDocker } from './host/own-docker-folders.ts'
import type { Runner } from './host/runner.ts'
import { makeTempDir } from './host/temp-dir.ts'
import type { Inputs } from './inputs/inputs.ts'
import type { RawInputs } from './inputs/raw-inputs.ts'
import { importYaml } from './inputs/read-builds.ts'
import { readInputs } from './inputs/read-inputs.ts'
import { findUsed } from './manifests/check-images.ts'
import { tellManifests } from './manifests/tell-manifests.ts'
import { type Plan, planRun } from './plan/plan.ts'
import { renderPullWarning } from './plan/pull-warning.ts'
import { renderPlan } from './plan/render.ts'
import { escapeCell, formatBytes } from './report/format.ts'
import { emptyReport, type Report, toLoaded, toOutputs } from './report/report.ts'
import { renderSummary } from './report/summary.ts'
import { leftoversOf, runIdState } from './sweep.ts'
import { type BuildToken, createBuildToken } from './token/build-token.ts'
import { isTooPlain, maskPrivateKey, maskSecret, maskToken } from './token/masks.ts'
import type { Workshop } from './workshop.ts'

/** Nothing may print before the secrets that came as inputs are hidden. */
const maskInputs = ({ credentials, secrets }: Inputs, given: RawInputs, runner: Runner): void => {
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
const tellWhatIsNot = (inputs: Inputs, facts: Facts, { line, warning }: Runner): void => {
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

/** Undefined where there is no Actions cache, or nobody says for which repository this is. */
const findMemory = (
  { repository, hasCacheService }: Environment,
  { debug }: Runner,
  signal: AbortSignal,
): SizeMemory | undefined =>
  repository !== undefined && hasCacheService ? { repository, debug, signal } : undefined

/** Whoever runs the job again knows better than what we remember of the last time. */
const refuseOrTell = ({ disk, shortage }: Plan, environment: Environment, runner: Runner): void => {
  for (const sum of disk.sums) if (sum.needs.length > 0) runner.line(renderSum(sum))
  if (shortage === undefined) return
  if (environment.runAttempt === 1) throw shortage
  runner.warning(`${shortage.message}. It is tried all the same, as the job was run again.`)
}

/** Names that manifests use have been judged there, each at its line. */
const tellPulls = (facts: Facts, { warning }: Runner): void => {
  const text = renderPullWarning(toWanted(facts), findUsed(facts.manifests.workloads))
  if (text !== undefined) warning(text)
}

/** Read, look, plan, execute, report: one image's way through the action. */
export const runAction = async (
  environment: Environment,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> => {
  const runId = randomBytes(8).toString('hex')
  const { tempDir, notesFolder } = leftoversOf(environment, runId)
  let report: Report = emptyReport
  let token: BuildToken | undefined
  let notes: JobNotes | undefined
  const background: Promise<void>[] = []
  try {
    const parseYaml = await importYaml(environment.inputs)
    const inputs = readInputs(environment.inputs, { ...environment, parseYaml, kindOf })
    maskInputs(inputs, environment.inputs, runner)
    if (inputs.unused.length > 0) {
      runner.warning(`mode: ${inputs.mode} does not use ${inputs.unused.join(', ')}.`)
    }
    if (inputs.mode === 'diagnose')
      return await diagnoseNow(environment, runner, inputs.clusterName, signal)
    runner.saveState(runIdState, runId)
    makeTempDir(tempDir)
    const childEnv = settleDocker(environment.childEnv, tempDir, runner.line)
    const docker = createDocker(childEnv, signal)
    const isSecretive = inputs.credentials.kind !== 'none' || inputs.secrets.length > 0
    if (isSecretive) await forbidCoreDumps(childEnv)
    const memory = findMemory(environment, runner, signal)
    const facts = await look(docker, inputs, { ...environment, runId }, memory)
    tellWhatIsNot(inputs, facts, runner)
    await tellManifests(facts, runner)
    const plan = planRun(inputs, facts)
    if (inputs.isDryRun) return await publishPlan(runner, plan)
    refuseOrTell(plan, environment, runner)
    tellPulls(facts, runner)
    notes = beginNotes({
      docker: createDocker(environment.childEnv),
      clusterName: inputs.clusterName,
      folder: notesFolder,
      childEnv: environment.childEnv,
      line: runner.line,
    })
    token = createBuildToken({
      inputs,
      mask: runner.mask,
      log: runner.line,
      warn: runner.warning,
      saveState: runner.saveState,
      signal,
      childEnv,
    })
    const shop: Workshop = {
      docker,
      runner,
      token,
      inputs,
      facts,
      memory,
      runId,
      tempDir,
      tempRoot: environment.tempDir,
      moreRoom: createMoreRoom(inputs, facts, {
        docker,
        childEnv,
        line: runner.line,
        signal,
        background,
        freedBytes: () => report.freed.reduce((sum, { bytes }) => sum + bytes, 0),
        enter: (freed) => {
          report = { ...report, freed: [...report.freed, ...freed] }
        },
      }),
      workspace: environment.workspace,
      childEnv,
      cacheEnv: environment.cacheEnv,
      signal,
      background,
      update: (change) => {
        report = change(report)
      },
    }
    for (const step of plan.steps) await executeStep(shop, step)
    await Promise.all(background)
    await notes.finish(toLoaded(report))
    await publish(runner, report)
  } catch (error) {
    await token?.close()
    await Promise.allSettled(background)
    // Who cancels gives us seconds.
    if (!signal.aborted) await notes?.finish(toLoaded(report))
    const failure = signal.aborted ? new Failure('The step was cancelled', { cause: error }) : error
    await publish(runner, report, renderError(failure))
    throw failure
  } finally {
    rmSync(tempDir, { recursive: true, force: true })
  }
}

const publishOutputs = ({ output }: Runner, report: Report): void => {
  for (const [name, value] of Object.entries(toOutputs(report))) output(name, value)
}

const publishPlan = async (runner: Runner, plan: Plan): Promise<void> => {
  const text = renderPlan(plan)
  runner.line(`The plan, of which nothing is done (dry-run):\n${text}`)
  publishOutputs(runner, emptyReport)
  const markdown = text.split('\n').map(escapeCell).join('\n')
  await runner.summary(`### Slipway's plan (dry run)\n\n${markdown}\n`)
}

const publish = async (runner: Runner, report: Report, failure?: string): Promise<void> => {
  publishOutputs(runner, report)
  const summary = renderSummary(report, failure)
  if (failure === undefined) runner.line(`\n${summary}`)
  await runner.summary(summary)
}
