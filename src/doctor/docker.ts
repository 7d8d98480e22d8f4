import type { Engine } from '../docker/info.ts'
import { formatBytes, formatCount } from '../text/format.ts'
import { type Answer, needed, ok } from './check.ts'
import type { Place } from './place.ts'

/** Where the daemon is looked for. */
export type Endpoint = {
  /** As the step is told; undefined where Docker's default counts. */
  readonly host: string | undefined
  /** On this machine; undefined where only the docker command knows the way. */
  readonly socket: string | undefined
}

const whereOf = ({ host, socket }: Endpoint): string =>
  socket ?? host ?? "the docker context's host"

export const explainDocker = (engine: Engine, endpoint: Endpoint): Answer =>
  ok(
    `Docker ${engine.version} at ${whereOf(endpoint)}: ${formatCount(engine.cores, 'CPU')}, ${formatBytes(engine.memoryBytes)} of memory, ${engine.operatingSystem}`,
  )

const start: Readonly<Record<Place, string>> = {
  hosted:
    'Take a runner that has Docker: `runs-on: ubuntu-latest`; ubuntu-slim has only the client.',
  pod: 'Give the runners Docker: `containerMode: {type: dind}` in the values of the chart gha-runner-scale-set; its other modes have none.',
  'self-hosted': 'Start it: `sudo systemctl enable --now docker`.',
  laptop: 'Start it: `sudo systemctl enable --now docker`, or Docker Desktop.',
}

const admit: Readonly<Record<Place, string>> = {
  hosted: 'Run the step as the user `runner`, who may; in a container job, as its root.',
  pod: "Start dockerd with `--group=123`, the group `docker` of the runner's image, as the chart does.",
  'self-hosted':
    "Let the runner's user use it: `sudo usermod --append --groups docker USER`, then restart the runner's service.",
  laptop:
    'Let this user use it: `sudo usermod --append --groups docker "$USER"`, then log in again.',
}

/** What is wrong with a daemon that does not answer, by what came back. */
export const explainNoDocker = (said: string, endpoint: Endpoint, place: Place): Answer => {
  const where = whereOf(endpoint)
  if (/EACCES|permission denied/i.test(said))
    return needed(`this user may not use ${where} (permission denied)`, admit[place])
  // Who names one means it: a daemon at the usual place would not be asked.
  const named =
    endpoint.host === undefined ? '' : ` Or unset DOCKER_HOST, which is ${endpoint.host}.`
  if (/ENOENT|no such file/i.test(said) && !/spawn/.test(said))
    return needed(`there is no socket ${where}`, start[place] + named)
  if (/ECONNREFUSED|connection refused/i.test(said))
    return needed(`nobody listens at ${where} (connection refused)`, start[place] + named)
  return needed(
    `Docker does not answer at ${where}: ${said.replace(/^Docker does not answer: /, '')}`,
    `Try \`docker version\` as this user, with the same DOCKER_HOST and docker context.${named}`,
  )
}
