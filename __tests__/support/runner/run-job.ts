import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { parse } from 'yaml'
import { evaluate, expand } from './expressions.ts'
import { runAction } from './run-action.ts'
import type { MainResult, Run, RunOptions } from './types.ts'

interface Step {
  readonly name?: string
  readonly id?: string
  readonly if?: string
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, unknown>>
}

interface Declared {
  readonly required?: boolean
  readonly default?: unknown
}

type Texts = Readonly<Record<string, string>>

export interface JobOptions {
  readonly workflow: string
  readonly job: string
  readonly inputs: Readonly<Record<string, string>>
  readonly secrets?: Texts
  readonly workspace: string
  /** The runner's own environment. */
  readonly baseEnv: Texts
  readonly contexts: Readonly<Record<string, unknown>>
  /** Stands for the actions of others, which cannot be had here: by name, without the commit. */
  readonly others: Readonly<Record<string, (given: Texts) => Promise<void>>>
  readonly options?: Partial<RunOptions>
}

export interface JobStep {
  readonly name: string
  readonly outcome: 'success' | 'failure' | 'skipped'
  readonly log: string
}

export interface JobRun {
  /** In the order in which they began; a step that was skipped is in it, too. */
  readonly steps: readonly JobStep[]
  /** Main and post of the actions of this repository, in the order in which their posts ended. */
  readonly actions: readonly Run[]
  readonly outputs: Texts
}

const toTexts = (values: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))

/** Refuses what GitHub refuses: an input that is not declared, a required one that is missing. */
const takeDeclared = (
  kind: string,
  declared: Readonly<Record<string, Declared>>,
  given: Texts,
): Texts => {
  for (const name of Object.keys(given)) {
    if (!(name in declared)) throw new Error(`Invalid ${kind}, ${name} is not defined`)
  }
  return Object.fromEntries(
    Object.entries(declared).map(([name, { required, default: usual = '' }]) => {
      if (required === true && given[name] === undefined)
        throw new Error(`${kind} ${name} is required, but not provided`)
      return [name, given[name] ?? String(usual)]
    }),
  )
}

/** `run:` without a `shell:` is `bash -e` on Linux. */
const runScript = async (script: string, cwd: string, env: Texts): Promise<JobStep> => {
  const child = spawn('bash', ['-e', '-c', script], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { name: '', outcome: code === 0 ? 'success' : 'failure', log: stdout + stderr }
}

/**
 * Runs a called workflow's job as a runner does: its steps in order with their conditions, each with what
 * earlier ones left in GITHUB_ENV, and the posts of actions after all of it, the last one first.
 */
export const runJob = async (job: JobOptions): Promise<JobRun> => {
  const { on, jobs } = parse(await readFile(job.workflow, 'utf8'))
  const call = on.workflow_call
  const inputs = takeDeclared('input', call.inputs, job.inputs)
  const secrets = takeDeclared('secret', call.secrets, job.secrets ?? {})
  const temp = await mkdtemp(join(tmpdir(), 'job-double-'))
  const contexts: Record<string, unknown> & { steps: Record<string, unknown> } = {
    ...job.contexts,
    ...{ inputs, secrets },
    runner: { temp },
    steps: {},
  }
  const steps: readonly Step[] = jobs[job.job].steps
  const env: Record<string, string> = {}
  const done: JobStep[] = []
  const actions: Run[] = []
  const hasFailed = (): boolean => done.some(({ outcome }) => outcome === 'failure')
  const expandAll = (values: Step['with'] = {}): Texts =>
    Object.fromEntries(
      Object.entries(toTexts(values)).map(([name, value]) => [name, expand(value, contexts)]),
    )
  const shouldRun = ({ if: condition = 'success()' }: Step): boolean => {
    const source = condition.replace(/^\s*\$\{\{(.*)\}\}\s*$/s, '$1')
    const status = {
      always: () => true,
      success: () => !hasFailed(),
      failure: hasFailed,
      cancelled: () => false,
    }
    const says = /\b(always|success|failure|cancelled)\(\)/.test(source)
    return (says || !hasFailed()) && Boolean(evaluate(source, contexts, status))
  }
  const note = (
    { name, uses, run, id }: Step,
    step: Omit<JobStep, 'name'>,
    outputs: Texts = {},
  ) => {
    done.push({ ...step, name: name ?? uses?.split('@')[0] ?? run ?? '' })
    if (id !== undefined) contexts.steps[id] = { outcome: step.outcome, outputs }
  }
  const runFrom = async (index: number): Promise<void> => {
    const step = steps[index]
    if (step === undefined) return
    if (!shouldRun(step)) note(step, { outcome: 'skipped', log: '' })
    else if (step.uses?.startsWith('./') === true) return await runOwn(step, step.uses, index)
    else if (step.run !== undefined) {
      const all = { ...job.baseEnv, ...env, ...expandAll(step.env) }
      note(step, await runScript(step.run, job.workspace, all))
    } else {
      const other = job.others[step.uses?.split('@')[0] ?? '']
      if (other === undefined) throw new Error(`nothing stands for ${step.uses}`)
      await other(expandAll(step.with))
      note(step, { outcome: 'success', log: '' })
    }
    await runFrom(index + 1)
  }
  const runOwn = async (step: Step, uses: string, index: number): Promise<void> => {
    const action = await runAction({
      ...job.options,
      actionDir: join(job.workspace, uses),
      inputs: expandAll(step.with),
      baseEnv: { ...job.baseEnv, ...env },
      secrets: Object.values(job.secrets ?? {}),
      temp,
      github: { ...job.options?.github, workspace: job.workspace },
      betweenPhases: async (_temp, { conclusion, outputs, envFile }: MainResult) => {
        Object.assign(env, envFile)
        note(step, { outcome: conclusion === 'success' ? 'success' : 'failure', log: '' }, outputs)
        await runFrom(index + 1)
      },
    })
    actions.push(action)
    await action.dispose()
  }
  try {
    await runFrom(0)
  } finally {
    await rm(temp, { recursive: true, force: true })
  }
  const outputs = expandAll(jobs[job.job].outputs)
  return { steps: done, actions, outputs }
}
