import { type Docker, describeEnd } from '../docker/docker.ts'
import { findBuilder, findBuildxVersion } from '../docker/info.ts'
import { isOlder, type Version } from '../docker/version.ts'
import { type Answer, no, ok, toAnswer, unknown } from './check.ts'

/** The oldest that Slipway is tried with. */
const oldest: Version = [0, 13]

const install =
  'Install the package docker-buildx-plugin, or use docker/setup-buildx-action before this step.'

export const explainBuildx = (version: Version): Answer => {
  const [major, minor] = version
  // Distributions build it without one.
  if (major + minor === 0) return ok('buildx without a version')
  if (isOlder(version, oldest))
    return no(`buildx ${major}.${minor} is older than any that Slipway is tried with`, install)
  return ok(`buildx ${major}.${minor}`)
}

/** Builds need it; loads do not. */
export const checkBuildx = async (docker: Docker): Promise<Answer> => {
  const version = await findBuildxVersion(docker)
  if (version !== undefined) return explainBuildx(version)
  const ended = await docker.try(['buildx', 'version'])
  return no(`\`docker buildx\` does not work: ${describeEnd(ended)}`, install)
}

const places = { true: 'on this daemon', false: 'elsewhere' } as const

/** @param named the input `builder` */
export const checkBuilder = async (docker: Docker, named: string | undefined): Promise<Answer> => {
  try {
    const builder = await findBuilder(docker, named)
    if (builder === undefined) return unknown('buildx says nothing of its builder')
    const { driver, isLocal, versions = [] } = builder
    const version = versions[0]?.join('.') ?? 'not running yet'
    const running = version === '0.0' ? 'without a version' : version
    return ok(`driver ${driver}, ${places[`${isLocal}`]}, BuildKit ${running}`)
  } catch (error) {
    return toAnswer(error)
  }
}
