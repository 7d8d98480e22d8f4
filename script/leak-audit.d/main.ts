/** Looks for the token of a build everywhere. Run it through `script/leak-audit`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGitHub } from '../../__tests__/support/github/server.ts'
import type { Run } from '../../__tests__/support/runner/types.ts'
import { docker, startCluster, uniqueName } from '../../__tests__/support/testbed.ts'
import { crashStep, withCores } from './crash.ts'
import { type Flags, readFlags } from './flags.ts'
import { lookAfter, lookDuring, type Scene } from './look.ts'
import { type Contender, startRound, tokensAndKeysOf, tokensOf } from './round.ts'
import { startSampler } from './search/sampler.ts'
import { createUndoing, type Undoing } from './undoing.ts'
import { type Outcome, report } from './verdict.ts'

const started = performance.now()

const say = (line: string): void => {
  const seconds = ((performance.now() - started) / 1_000).toFixed(0)
  console.log(`${seconds.padStart(4)} s  ${line}`)
}

/** A stamp for find: all that changes from now on is newer. */
const makeStamp = (folder: string, name: string): string => {
  const stamp = join(folder, name)
  writeFileSync(stamp, '')
  return stamp
}

const prepare = ({ ways }: Flags, undoing: Undoing): Promise<readonly Contender[]> =>
  Promise.all(
    ways.map(async (way) => {
      const github = await startGitHub()
      const tag = `${uniqueName(`audit-${way.name}`)}:dev`
      undoing.add(github.stop)
      undoing.add(() => docker('rmi', '--force', tag))
      return { way, github, tag }
    }),
  )

/** Ways that did not get to their end: what was not done cannot have left anything. */
const describeFailures = (jobs: ReadonlyMap<string, readonly Run[] | Error>): readonly string[] =>
  [...jobs].flatMap(([name, runs]) => {
    if (runs instanceof Error) return [`${name}: ${runs.stack}`]
    const failed = runs.filter(({ conclusion }) => conclusion !== 'success')
    return failed.map(({ log }) => `${name} failed:\n${log.split('\n').slice(-25).join('\n')}`)
  })

const auditJobs = async (
  contenders: readonly Contender[],
  cluster: string,
  scene: Omit<Scene, 'stamp'>,
  stampOf: (name: string) => string,
  undoing: Undoing,
): Promise<Outcome> => {
  const start = stampOf('start')
  const sampler = await startSampler()
  say(`Building in ${contenders.length} ways at once ...`)
  const round = await startRound(contenders, cluster, (way) => way.run, undoing)
  await round.atGate
  say('All builds wait with the token at hand; looking into every file, process and object ...')
  const pids = round.steps().map(({ pid }) => pid)
  const middle = stampOf('middle')
  const during = await lookDuring(tokensAndKeysOf(contenders), { ...scene, stamp: start }, pids)
  say('The builds go on to their end ...')
  const jobs = await round.finish()
  const runs = [...jobs.values()].flatMap((result) => (result instanceof Error ? [] : result))
  say('All jobs have ended; looking again ...')
  const tokens = tokensOf(contenders)
  const sampled = await sampler.stop(tokens)
  const after = await lookAfter(tokens, { ...scene, stamp: middle }, runs, during)
  const living = contenders.filter(({ github }) =>
    github.tokens.some((token) => token.state() === 'live'),
  )
  return {
    hits: [...during, ...sampled, ...after],
    planted: round.planted,
    living: living.map(({ way }) => way.name),
    failures: describeFailures(jobs),
  }
}

const auditCrashes = async (
  contenders: readonly Contender[],
  cluster: string,
  undoing: Undoing,
): Promise<Pick<Outcome, 'hits' | 'failures'>> => {
  say('Building again, to crash the processes that hold the token ...')
  const round = await startRound(contenders, cluster, (way) => way.crash ?? way.run, undoing)
  const missing = await round.atGate
  const tokens = tokensOf(contenders)
  const hits = await Promise.all(round.steps().map((step) => crashStep(tokens, step)))
  say('Crashed.')
  await round.finish()
  const failures = missing.map((name) => `${name}: did not get as far as to be crashed`)
  return { hits: hits.flat(), failures }
}

const audit = async (flags: Flags, undoing: Undoing): Promise<boolean> => {
  const scratch = mkdtempSync(join(tmpdir(), 'slipway-audit-scratch-'))
  undoing.add(() => rmSync(scratch, { recursive: true }))
  say('Starting a node and a double of GitHub for each way ...')
  const cluster = await startCluster()
  undoing.add(cluster.remove)
  const contenders = await prepare(flags, undoing)
  const tags = contenders.map(({ tag }) => tag)
  const scene = { tags, nodes: cluster.nodes }
  const stampOf = (name: string) => makeStamp(scratch, name)
  const outcome = await auditJobs(contenders, cluster.name, scene, stampOf, undoing)
  const cores = await withCores(
    () => auditCrashes(contenders, cluster.name, undoing),
    undoing,
    (why) => say(`No crash can leave a core here: ${why}.`),
  )
  say('Done.\n')
  const hits = [...outcome.hits, ...(cores?.hits ?? [])]
  const failures = [...outcome.failures, ...(cores?.failures ?? [])]
  return report(flags, { ...outcome, hits, failures }, cores === undefined ? ['core'] : [])
}

const main = async (flags: Flags): Promise<void> => {
  const undoing = createUndoing()
  try {
    process.exitCode = (await audit(flags, undoing)) ? 0 : 1
  } finally {
    await undoing.run()
  }
}

const flags = readFlags(process.argv.slice(2))
if ('text' in flags) {
  console.log(flags.text)
  process.exitCode = flags.isHelp ? 0 : 2
} else if (process.getuid?.() !== 0) {
  console.error('script/leak-audit needs root, to look into every file and process.')
  process.exitCode = 2
} else {
  await main(flags)
}
