import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createCommandReader } from './commands.ts'
import { buildEnvironment, githubExpressions, type Job } from './environment.ts'
import { evaluate } from './expressions.ts'
import { createCommandFiles, processCommandFiles } from './file-commands.ts'
import { createJob, giveTo } from './job.ts'
import { type Manifest, readManifest, resolveInputs } from './manifest.ts'
import { createMasker } from './masker.ts'
import { findOrphans, killOrphans } from './orphans.ts'
import { startProcess } from './process.ts'
import { createStepRecord, type StepRecord } from './step-record.ts'
import type { FileCommand, Phase, Run, RunnerFiles, RunOptions } from './types.ts'
import { type Ending, watchPhase } from './watch.ts'

interface Session {
  readonly job: Job
  readonly manifest: Manifest
  readonly record: StepRecord
  readonly inputs: ReadonlyMap<string, string>
  readonly raw: Record<'stdout' | 'stderr', Buffer[]>
  readonly commandFiles: Partial<Record<Phase, Record<FileCommand, string>>>
}

interface PhaseResult {
  readonly exitCode: number
  readonly signal: NodeJS.Signals | null
  readonly ending: Ending
}

function startRecord(job: Job): StepRecord {
  const { options } = job
  const masker = createMasker()
  const known = [...(options.secrets ?? []), job.github.token, options.runtime?.token ?? '']
  for (const secret of known) masker.addWithLines(secret)
  const { debug = false, keepOutput: keep = true, onLog } = options
  return createStepRecord(masker, { debug, keep, onLog })
}

function printDetails({ job, record, inputs, manifest }: Session): void {
  record.write(`##[group]Run ${manifest.name}`)
  const given = [...inputs].filter(([, value]) => value !== '')
  const env = Object.entries(job.options.env ?? {}).filter(([, value]) => value !== undefined)
  for (const [title, entries] of [
    ['with:', given],
    ['env:', env],
  ] as const) {
    if (entries.length === 0) continue
    record.write(title)
    for (const [name, value] of entries) record.write(`  ${name}: ${value}`)
  }
  record.write('##[endgroup]')
}

async function runPhase(session: Session, phase: Phase, script: string): Promise<PhaseResult> {
  const { job, record, inputs, raw } = session
  const { options } = job
  const files = await createCommandFiles(job.temp)
  session.commandFiles[phase] = files
  if (options.asUser !== undefined) await giveTo(options.asUser.id, job.root)
  record.failed = false
  const { state, env: fileEnv, path } = record
  const env = buildEnvironment(job, { files, inputs, state, env: fileEnv, path })
  const reader = createCommandReader(
    record,
    phase,
    env['ACTIONS_ALLOW_UNSECURE_COMMANDS'] === 'true',
  )
  const watcher = watchPhase(options, phase, () => action)
  const action = startProcess({
    script: resolve(options.actionDir, script),
    cwd: job.github.workspace,
    env,
    through: options.asUser?.through ?? [],
    scratch: job.temp,
    timings: options.cancelTimings ?? {},
    streamGraceMs: options.streamGraceMs ?? 5000,
    onChunk: (chunk, stream) => {
      if (options.keepOutput !== false) raw[stream].push(chunk)
    },
    onLine: (text, stream) => {
      reader.read(text, stream)
      watcher.onLine({ text, stream, phase })
    },
  })
  options.onSpawn?.(action.pid, phase)
  const { exitCode, signal } = await action.ended.finally(watcher.stop)
  options.onEnd?.(phase)
  const early = watcher.early()
  if (early?.reason !== undefined) record.annotate('error', early.reason, phase)
  await processCommandFiles(record, files, phase)
  const failed = exitCode !== 0 || record.failed
  return { exitCode, signal, ending: early?.ending ?? (failed ? 'failure' : 'success') }
}

function shouldRunPost({ manifest, job }: Session, ending: Ending): boolean {
  if (manifest.post === undefined || job.options.skipPost === true) return false
  const source = manifest.postIf.replace(/^\s*\$\{\{(.*)\}\}\s*$/s, '$1')
  const contexts = { github: githubExpressions(job) }
  const status = {
    always: () => true,
    success: () => ending === 'success',
    failure: () => ending === 'failure',
    cancelled: () => ending === 'cancelled',
  }
  return Boolean(evaluate(source, contexts, status))
}

async function runPost(session: Session, ending: Ending): Promise<PhaseResult | undefined> {
  const { post } = session.manifest
  if (post === undefined || !shouldRunPost(session, ending)) return undefined
  session.record.write('Post job cleanup.')
  return await runPhase(session, 'post', post)
}

/** Runs main and post of a JavaScript action as a GitHub runner would, and tells what came of it. */
export async function runAction(options: RunOptions): Promise<Run> {
  const startedMs = performance.now()
  const manifest = await readManifest(options.actionDir)
  const job = await createJob(options)
  const record = startRecord(job)
  const contexts = {
    github: githubExpressions(job),
    runner: { os: 'Linux', temp: job.temp, tool_cache: job.toolCache },
  }
  const { values, warnings } = resolveInputs(manifest, options.inputs ?? {}, contexts)
  const raw = { stdout: [], stderr: [] }
  const session: Session = { job, manifest, record, inputs: values, raw, commandFiles: {} }
  for (const warning of warnings) record.annotate('warning', warning, 'main')
  printDetails(session)
  try {
    const main = await runPhase(session, 'main', manifest.main)
    await options.betweenPhases?.(job.temp, {
      conclusion: main.ending,
      outputs: Object.fromEntries(record.outputs),
      envFile: Object.fromEntries(record.env),
    })
    const post = await runPost(session, main.ending)
    return await toRun(session, job.root, main, post, performance.now() - startedMs)
  } catch (error) {
    await rm(job.root, { recursive: true, force: true })
    throw error
  }
}

async function toRun(
  session: Session,
  root: string,
  main: PhaseResult,
  post: PhaseResult | undefined,
  durationMs: number,
): Promise<Run> {
  const { job, record, raw, commandFiles } = session
  const { temp, toolCache, eventPath, trackingId } = job
  const files: RunnerFiles = {
    root,
    temp,
    toolCache,
    workspace: job.github.workspace,
    eventPath,
    commandFiles,
  }
  return {
    exitCode: main.exitCode,
    postExitCode: post?.exitCode,
    signal: main.signal,
    conclusion: main.ending,
    postConclusion: post && (post.ending === 'success' ? 'success' : 'failure'),
    outputs: Object.fromEntries(record.outputs),
    state: Object.fromEntries(record.state),
    envFile: Object.fromEntries(record.env),
    pathFile: record.path,
    summary: record.summaries.join('\n'),
    log: record.logText(),
    rawStdout: Buffer.concat(raw.stdout).toString('utf8'),
    rawStderr: Buffer.concat(raw.stderr).toString('utf8'),
    annotations: record.annotations,
    masks: record.masker.values(),
    commands: record.commands,
    stoppedCommands: record.stoppedCommands,
    durationMs,
    files,
    orphans: await findOrphans(trackingId),
    trackingId,
    dispose: async () => {
      await killOrphans(trackingId)
      await rm(root, { recursive: true, force: true })
    },
  }
}
