import { join } from 'node:path'
import type { GitHub } from '../../../__tests__/support/github/server.ts'
import { runAction } from '../../../__tests__/support/runner/run-action.ts'
import type { Phase, Run, RunOptions } from '../../../__tests__/support/runner/types.ts'
import { baseImage } from '../../../__tests__/support/testbed.ts'

/** Whether a step is an action, which holds the token itself, or a script that others run in. */
export type StepKind = 'action' | 'script'

/** What one way of giving a token to a build works with. */
export type Stage = {
  readonly way: string
  /** A double of GitHub of its own: every token that it made is this way's. */
  readonly github: GitHub
  readonly mint: () => Promise<string>
  readonly gate: string
  /** The build's context, with the Dockerfiles in it. */
  readonly folder: string
  readonly tag: string
  readonly cluster: string
  /** Hears of the main process of every step. */
  readonly onStep: (pid: number, kind: StepKind) => void
  /** The ends of paths of files in which the token was put on purpose. */
  readonly planted: string[]
  /** Takes what is to be done when the audit is over. */
  readonly onEnd: (undo: () => Promise<unknown>) => void
}

export type Way = {
  readonly name: string
  /** A line for people. */
  readonly about: string
  /** Runs the job: mints, builds, and what belongs to it. */
  readonly run: (stage: Stage) => Promise<readonly Run[]>
  /** The job whose processes are to crash at the gate, where it is another one. */
  readonly crash?: (stage: Stage) => Promise<readonly Run[]>
}

/** Arguments of the Dockerfiles. */
export const buildArgsOf = ({ github, gate, way }: Stage): readonly string[] => [
  `BASE=${baseImage()}`,
  `GIT_SERVER=${github.serverUrl}`,
  `GATE=${gate}`,
  `WAY=${way}`,
]

/** The double tells of all phases; only the first holds a build. */
export const tellOfMain =
  ({ onStep }: Stage, kind: StepKind) =>
  (pid: number, phase: Phase): void => {
    if (phase === 'main') onStep(pid, kind)
  }

/** A `run:` step. */
export const runScript = (
  stage: Stage,
  lines: readonly string[],
  options: Partial<RunOptions> = {},
): Promise<Run> =>
  runAction({
    actionDir: join(import.meta.dirname, '..', 'run-step'),
    inputs: { script: lines.join('\n') },
    runnerEnvironment: 'self-hosted',
    onSpawn: tellOfMain(stage, 'script'),
    ...options,
  })

/** Gets a token into the shell's TOKEN; stands for openssl and curl. */
export const mintLines = ({ gate, way }: Stage): readonly string[] => [
  `exec 3<>"/dev/tcp/${gate.replace(':', '/')}"`,
  `echo "mint ${way}" >&3`,
  'read -r TOKEN <&3',
  'exec 3>&-',
  'echo "::add-mask::$TOKEN"',
]

/** A shell's line that builds the image from one of the Dockerfiles. */
export const buildLine = (
  stage: Stage,
  options: readonly string[],
  dockerfile = 'Dockerfile',
): string =>
  [
    'docker build --network host --no-cache --progress plain',
    `--tag ${stage.tag} --file ${join(stage.folder, dockerfile)}`,
    ...buildArgsOf(stage).map((pair) => `--build-arg ${pair}`),
    ...options,
    stage.folder,
  ].join(' ')
