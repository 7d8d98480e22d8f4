/** A step has two phases; each is a process of its own. */
export type Phase = 'main' | 'post'
export type StreamName = 'stdout' | 'stderr'
export type Level = 'notice' | 'warning' | 'error'

/** One line as the action wrote it, before masking, with where it came from. */
export interface OutputLine {
  readonly text: string
  readonly stream: StreamName
  readonly phase: Phase
}

/** A workflow command found in the output. */
export interface Command {
  readonly name: string
  readonly props: Readonly<Record<string, string>>
  readonly data: string
  /** `::name::data` is v2, `##[name]data` is v1. */
  readonly form: 'v1' | 'v2'
  readonly stream: StreamName
  readonly phase: Phase
}

/** `shown` is false beyond the ten of a level that GitHub keeps for a step. */
export interface Annotation {
  readonly level: Level
  readonly message: string
  readonly props: Readonly<Record<string, string>>
  readonly phase: Phase
  readonly shown: boolean
}

/** The values behind `github.*` that tests may set; all have defaults. */
export interface GitHubContext {
  readonly repository?: string
  readonly api_url?: string
  readonly server_url?: string
  readonly graphql_url?: string
  readonly event_name?: string
  /** Written to GITHUB_EVENT_PATH. */
  readonly event?: unknown
  readonly sha?: string
  readonly ref?: string
  readonly head_ref?: string
  readonly base_ref?: string
  readonly actor?: string
  readonly run_id?: string
  readonly run_number?: string
  readonly run_attempt?: string
  readonly job?: string
  readonly workflow?: string
  readonly workspace?: string
  /** `github.token`: only in expressions, never in the environment; masked. */
  readonly token?: string
}

export interface CancelTimings {
  /** After SIGINT, default 7500. */
  readonly sigintMs?: number
  /** After SIGTERM, default 2500. */
  readonly sigtermMs?: number
}

export interface RunOptions {
  readonly actionDir: string
  readonly inputs?: Readonly<Record<string, string>>
  /** The step's `env:`; undefined removes a variable of the base environment. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** The runner's own environment. Default: PATH, HOME, LANG, USER, SHELL and DOCKER_* of ours. */
  readonly baseEnv?: Readonly<Record<string, string>>
  /** Another user than ours to run the step as: its number, and a command that runs what follows it. */
  readonly asUser?: { readonly id: number; readonly through: readonly string[] }
  readonly github?: GitHubContext
  readonly runnerEnvironment?: 'github-hosted' | 'self-hosted'
  /** Values that the runner masks from the start, as it does with `secrets.*`. */
  readonly secrets?: readonly string[]
  /** ACTIONS_RUNTIME_TOKEN and the service URLs; absent when not given. */
  readonly runtime?: {
    readonly token: string
    readonly resultsUrl: string
    readonly url?: string
    /** Of a server of one's own, which has the older cache service alone. */
    readonly olderUrl?: string | undefined
  }
  /** As ACTIONS_STEP_DEBUG: debug lines are in the log, RUNNER_DEBUG=1. */
  readonly debug?: boolean
  readonly cancelAfterMs?: number
  readonly cancelWhen?: (line: string) => boolean
  /** Cancels when aborted. */
  readonly signal?: AbortSignal
  readonly cancelTimings?: CancelTimings
  /** SIGKILL to the main process. */
  readonly killWhen?: (line: string) => boolean
  readonly killAfterMs?: number
  readonly skipPost?: boolean
  /** What the job's later steps do: after main, with the runner's folder for temporary files, and what main left. */
  readonly betweenPhases?: (temp: string, main: MainResult) => Promise<void>
  /** The RUNNER_TEMP of an earlier step of the same job; a folder of its own without it. */
  readonly temp?: string
  /** The step's timeout, per phase; default 15 minutes. Ends like a cancel, but as a failure. */
  readonly timeoutMs?: number
  /** How long output is awaited after the process ended, default 5000. */
  readonly streamGraceMs?: number
  readonly onLine?: (line: OutputLine) => void
  /** Each entry of the masked log as it is written, for live display. */
  readonly onLog?: (text: string) => void
  readonly onSpawn?: (pid: number, phase: Phase) => void
  /** When the runner waits for the phase no more: it has ended, and nobody has its pipes. */
  readonly onEnd?: (phase: Phase) => void
  /** False keeps neither log nor raw output, for very long output. */
  readonly keepOutput?: boolean
}

/** What a job's later steps see of a step, before its post. */
export interface MainResult {
  readonly conclusion: Run['conclusion']
  readonly outputs: Run['outputs']
  readonly envFile: Run['envFile']
}

export interface RunnerFiles {
  /** The runner's folder; everything below lives in it and `dispose` removes it. */
  readonly root: string
  readonly temp: string
  readonly toolCache: string
  readonly workspace: string
  readonly eventPath: string
  /** GITHUB_OUTPUT and the like, by phase. They stay until `dispose`. */
  readonly commandFiles: Readonly<Partial<Record<Phase, Readonly<Record<FileCommand, string>>>>>
}

export type FileCommand = 'output' | 'state' | 'env' | 'path' | 'step_summary'

/** A process that outlived the job, found by RUNNER_TRACKING_ID. */
export interface Orphan {
  readonly pid: number
  readonly command: string
}

export interface Run {
  /** 128 + signal when a signal ended it. */
  readonly exitCode: number
  /** Undefined when there was no post or it was skipped. */
  readonly postExitCode: number | undefined
  readonly signal: NodeJS.Signals | null
  /** Of the main phase; a failing post shows in `postConclusion`. */
  readonly conclusion: 'success' | 'failure' | 'cancelled'
  readonly postConclusion: 'success' | 'failure' | undefined
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  /** What GITHUB_ENV and GITHUB_PATH of both phases asked for. */
  readonly envFile: Readonly<Record<string, string>>
  readonly pathFile: readonly string[]
  /** Markdown of main and post, masked; empty when over 1 MiB. */
  readonly summary: string
  /** Both phases, masked, as the raw log of a job. */
  readonly log: string
  readonly rawStdout: string
  readonly rawStderr: string
  readonly annotations: readonly Annotation[]
  /** Registered values, without the encodings derived from them. */
  readonly masks: readonly string[]
  /** Commands that were acted upon (also when that failed), in order. */
  readonly commands: readonly Command[]
  /** Commands that came while stopped: shown as text, without effect. */
  readonly stoppedCommands: readonly Command[]
  readonly durationMs: number
  readonly files: RunnerFiles
  /** Living processes of the run at its end. The real runner kills them when the job ends. */
  readonly orphans: readonly Orphan[]
  readonly trackingId: string
  /** The end of the job: kills orphans, removes the runner's folder. */
  readonly dispose: () => Promise<void>
}
