import type { Version } from '../docker/version.ts'
import { findNearestWord } from '../text/nearest.ts'
import { splitFields } from './entries.ts'
import type { ReportProblem } from './problems.ts'

/** What every buildx has that Slipway works with. */
const always = 'always'

/** The first release of buildx that has an option; what ends in a dot begins a name. */
type Options = Readonly<Record<string, Version | typeof always>>

const optionsOf = {
  'docker-container': {
    ...{ image: always, network: always, 'env.': always, 'cgroup-parent': always },
    ...{ memory: always, 'memory-swap': always, 'cpu-period': always, 'cpu-quota': always },
    ...{ 'cpu-shares': always, 'cpuset-cpus': always, 'cpuset-mems': always },
    'restart-policy': always,
    'default-load': [0, 14],
    'provenance-add-gha': [0, 30],
    'allow-untrusted-image': [0, 36],
  },
  remote: {
    ...{ cacert: always, cert: always, key: always, servername: always },
    'default-load': [0, 14],
  },
  kubernetes: {
    ...{ image: always, namespace: always, replicas: always, rootless: always },
    ...{ loadbalance: always, nodeselector: always, tolerations: always, serviceaccount: always },
    ...{ annotations: always, labels: always, 'qemu.install': always, 'qemu.image': always },
    ...{ 'requests.cpu': always, 'requests.memory': always },
    ...{ 'limits.cpu': always, 'limits.memory': always },
    'requests.ephemeral-storage': [0, 14],
    'limits.ephemeral-storage': [0, 14],
    schedulername: [0, 14],
    'default-load': [0, 14],
    timeout: [0, 15],
    'buildkit-root-volume-memory': [0, 26],
    'env.': [0, 28],
    'persistent-volume-claim.requests.storage': [0, 34],
  },
} as const satisfies Readonly<Record<string, Options>>

export type Driver = keyof typeof optionsOf

export const drivers = Object.keys(optionsOf) as readonly Driver[]

/** An option of a driver with its value. */
export type DriverOption = readonly [name: string, value: string]

/** Reads lines of `driver-opts`, each a line of CSV, as buildx does. */
export const parseOptions = (lines: readonly string[]): readonly DriverOption[] =>
  lines.flatMap(splitFields).map((field) => {
    const at = field.indexOf('=')
    return at < 0 ? [field, ''] : [field.slice(0, at), field.slice(at + 1)]
  })

const wordOf = (name: string): string => (name.startsWith('env.') ? 'env.' : name)

const hasOption = (driver: Driver, name: string): boolean =>
  name !== 'env.' && Object.hasOwn(optionsOf[driver], wordOf(name))

/** The release of buildx that an option came with; undefined for one that is in all of them. */
export const firstVersionOf = (driver: Driver, name: string): Version | undefined => {
  const options: Options = optionsOf[driver]
  const first = hasOption(driver, name) ? options[wordOf(name)] : undefined
  return first === always ? undefined : first
}

/** Reports what buildx would refuse, or takes for something else. */
export const checkOptions = (
  driver: Driver,
  lines: readonly string[],
  report: ReportProblem,
): void => {
  const known = Object.keys(optionsOf[driver])
  for (const line of lines) {
    for (const field of splitFields(line)) {
      const [name = ''] = field.split('=', 1)
      if (!field.includes('=') || name === '') {
        report('driver-opts', 'not an option. Write name=value, one a line.', line)
      } else if (!hasOption(driver, name)) {
        const near = findNearestWord(name, known)
        const meant = near === undefined ? '' : ` Did you mean ${near}?`
        const list = known.map((each) => each.replace(/\.$/, '.NAME')).join(', ')
        report('driver-opts', `${driver} has no such option.${meant} It has ${list}.`, name)
      }
    }
  }
}
