import { runLabel } from '../ownership.ts'
import type { BuilderRequest } from './builder-request.ts'
import { type Driver, drivers, parseOptions } from './driver-opts.ts'
import type { ReportProblem } from './problems.ts'
import { readAppended, readNode } from './read-builder-nodes.ts'
import { type Reader, toLines } from './reader.ts'

/** What no builder can be made of without a driver. */
const parts = [
  'driver-opts',
  'endpoint',
  'buildkitd-flags',
  'buildkitd-config',
  'buildkitd-config-inline',
  'builder-platforms',
  'append',
] as const

const readConfig = ({ text, report, run }: Reader): BuilderRequest['config'] => {
  const [path, inline] = [text('buildkitd-config'), text('buildkitd-config-inline')]
  if (path !== undefined && inline !== undefined)
    report('buildkitd-config-inline', 'given together with buildkitd-config. Keep one.')
  if (path !== undefined && run.kindOf(path) !== 'file')
    report('buildkitd-config', 'there is no such file. Paths start in the workspace.', path)
  if (inline !== undefined) return { kind: 'inline', text: inline }
  return path === undefined ? undefined : { kind: 'file', path }
}

/** By it we find what we may remove. */
const reportMark = ({ report }: Reader, lines: readonly string[]): void => {
  for (const [name, value] of parseOptions(lines)) {
    if (!/^(?:labels|annotations)$/.test(name) || !value.includes(`${runLabel}=`)) continue
    report('driver-opts', `${runLabel} is what Slipway finds its own builders by. Leave it out.`)
  }
}

const readKeepsState = (
  { isTrue, report, run }: Reader,
  driver: Driver | undefined,
): BuilderRequest['keepsState'] => {
  if (!isTrue('keep-state')) return 'no'
  if (driver === 'remote') report('keep-state', 'a remote builder stays as it is. Leave it out.')
  if (driver === 'kubernetes')
    report(
      'keep-state',
      'of a builder in Kubernetes nothing stays. Make one that stays, and name it in builder.',
    )
  return run.trigger.isFork ? 'not-for-forks' : 'yes'
}

/** Reads the builder that the step is to make for itself; undefined where it uses the one that is there. */
export const readBuilder = (reader: Reader): BuilderRequest | undefined => {
  const { text, report, list, isTrue } = reader
  const driver = text('driver')
  const given = parts.filter((name) => text(name) !== undefined)
  if (driver === undefined) {
    for (const name of given)
      report(name, `given without driver. Write one of ${drivers.join(', ')}.`)
    if (isTrue('keep-state'))
      report('keep-state', `given without driver. Write one of ${drivers.join(', ')}.`)
    return undefined
  }
  const found = drivers.find((each) => each === driver)
  if (found === undefined) {
    const how = `Write one of ${drivers.join(', ')}`
    const other =
      'a builder of another driver can be made before, and is used if it is the current one'
    report('driver', `unknown. ${how}; ${other}.`, driver)
  }
  const endpoint = text('endpoint')
  if (text('builder') !== undefined)
    report('builder', 'given together with driver, which makes another one. Keep one of the two.')
  if (found === 'kubernetes' && endpoint !== undefined)
    report(
      'endpoint',
      'a builder in Kubernetes is where the kubeconfig leads. Leave it out, and set KUBECONFIG for the step.',
    )
  const options = list('driver-opts', toLines)
  if (found === 'kubernetes') reportMark(reader, options)
  const config = readConfig(reader)
  const keepsState = readKeepsState(reader, found)
  if (found === 'remote' && config !== undefined)
    report('buildkitd-config', 'a remote builder has its own configuration. Leave it out.')
  const platforms = list('builder-platforms')
  const first = { options, endpoint, flags: text('buildkitd-flags'), platforms }
  const reportWord: ReportProblem = (word, what, value) =>
    report(word === 'platforms' ? 'builder-platforms' : word, what, value)
  return {
    ...readNode(reader, found, 0, first, reportWord),
    driver: found ?? 'docker-container',
    config,
    keepsState,
    appended: readAppended(reader, found),
  }
}
