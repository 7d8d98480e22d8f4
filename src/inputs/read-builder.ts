import type { BuilderRequest } from './inputs.ts'
import { type Reader, toLines } from './reader.ts'

const drivers = ['docker-container', 'remote'] as const

/** What no builder can be made of without a driver. */
const parts = [
  'driver-opts',
  'endpoint',
  'buildkitd-flags',
  'buildkitd-config',
  'buildkitd-config-inline',
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

/** Reads the builder that the step is to make for itself; undefined where it uses the one that is there. */
export const readBuilder = (reader: Reader): BuilderRequest | undefined => {
  const { text, report, list } = reader
  const driver = text('driver')
  const given = parts.filter((name) => text(name) !== undefined)
  if (driver === undefined) {
    for (const name of given)
      report(name, `given without driver. Write one of ${drivers.join(', ')}.`)
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
  if (found === 'remote' && endpoint === undefined)
    report(
      'endpoint',
      'empty, though driver is remote. Write where BuildKit listens, such as tcp://HOST:1234.',
    )
  if (text('builder') !== undefined)
    report('builder', 'given together with driver, which makes another one. Keep one of the two.')
  const config = readConfig(reader)
  if (found === 'remote' && config !== undefined)
    report('buildkitd-config', 'a remote builder has its own configuration. Leave it out.')
  return {
    driver: found ?? drivers[0],
    options: list('driver-opts', toLines),
    endpoint,
    flags: text('buildkitd-flags'),
    config,
  }
}
