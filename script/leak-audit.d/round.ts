import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GitHub } from '../../__tests__/support/github/server.ts'
import type { Run } from '../../__tests__/support/runner/types.ts'
import type { Step } from './crash.ts'
import { type Gate, startGate } from './gate.ts'
import { mint } from './mint.ts'
import { type Tokens, toTokens } from './search/tokens.ts'
import type { Undoing } from './undoing.ts'
import type { Stage, Way } from './ways/way.ts'

/** Builds are recorded under their context's name. */
export const folderPrefix = 'slipway-audit-'

/** A way with a double of GitHub that makes tokens for it alone. */
export type Contender = { readonly way: Way; readonly github: GitHub; readonly tag: string }

/** All ways at once, each with a build that waits at the gate. */
export type Round = {
  /** The main processes of all steps so far. */
  readonly steps: () => readonly Step[]
  readonly planted: readonly string[]
  /** Resolves when all builds wait, or have failed before: to the names of those that failed. */
  readonly atGate: Promise<readonly string[]>
  /** Lets the builds go on, and waits for the jobs' ends; what is left of them stays. */
  readonly finish: () => Promise<ReadonlyMap<string, readonly Run[] | Error>>
}

/** By which forms all tokens are recognized that were made so far. */
export const tokensOf = (contenders: readonly Contender[]): Tokens =>
  toTokens(
    new Map(
      contenders.map(({ way, github }) => [way.name, github.tokens.map(({ value }) => value)]),
    ),
  )

/** Each line of a key tells that it was there. */
const linesOf = (key: string): readonly string[] =>
  key.split('\n').filter((line) => /^[\w+/]{64}$/.test(line))

/** The same for the Apps' keys as well, which every action has in its environment until it reads them. */
export const tokensAndKeysOf = (contenders: readonly Contender[]): Tokens =>
  toTokens(
    new Map(
      contenders.map(({ way, github }) => [
        way.name,
        [...github.tokens.map(({ value }) => value), ...linesOf(github.app.privateKeyPem)],
      ]),
    ),
  )

const prepareFolder = (way: string): string => {
  const folder = mkdtempSync(join(tmpdir(), `${folderPrefix}${way}-`))
  cpSync(join(import.meta.dirname, 'images'), folder, { recursive: true })
  return folder
}

const settle = (job: Promise<readonly Run[]>): Promise<readonly Run[] | Error> =>
  job.catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))))

/** Starts the jobs of all ways. */
export const startRound = async (
  contenders: readonly Contender[],
  cluster: string,
  job: (way: Way) => Way['run'],
  undoing: Undoing,
): Promise<Round> => {
  const steps: Step[] = []
  const planted: string[] = []
  const gate: Gate = await startGate((name) => {
    const contender = contenders.find(({ way }) => way.name === name)
    return contender === undefined ? Promise.reject(new Error(name)) : mint(contender.github)
  })
  undoing.add(gate.close)
  const jobs = contenders.map(({ way, github, tag }) => {
    const folder = prepareFolder(way.name)
    undoing.add(() => rmSync(folder, { recursive: true }))
    const stage: Stage = {
      way: way.name,
      github,
      mint: () => mint(github),
      gate: gate.address,
      folder,
      tag,
      cluster,
      onStep: (pid, kind) => steps.push({ way: way.name, pid, kind }),
      planted,
      onEnd: undoing.add,
    }
    return [way.name, settle(job(way)(stage))] as const
  })
  const arrive = async (name: string, ended: Promise<unknown>): Promise<readonly string[]> =>
    Promise.race([gate.arrival(name).then(() => []), ended.then(() => [name])])
  const atGate = Promise.all(jobs.map(([name, ended]) => arrive(name, ended)))
  const results = async () =>
    new Map(await Promise.all(jobs.map(async ([name, ended]) => [name, await ended] as const)))
  undoing.add(async () => {
    gate.open()
    for (const runs of (await results()).values()) {
      if (!(runs instanceof Error)) await Promise.all(runs.map((run) => run.dispose()))
    }
  })
  return {
    steps: () => steps,
    planted,
    atGate: atGate.then((missing) => missing.flat()),
    finish: () => {
      gate.open()
      return results()
    },
  }
}
