import { closeSync } from 'node:fs'
import { type Docker, describeEnd } from '../docker/docker.ts'
import { findBuildxVersion } from '../docker/info.ts'
import { Failure } from '../failure.ts'
import { openMemoryFile } from '../host/memory-file.ts'
import type { Ended } from '../host/process.ts'
import type { Allowances } from '../inputs/allow.ts'
import type { BakeFile, BakeInputs } from '../inputs/inputs.ts'
import { createMayRead, requireAllowed } from './allowed.ts'
import { refuseMissing } from './contradictions.ts'
import { type BakeTarget, readTargets } from './definition.ts'
import { allowDeleting } from './local-delete.ts'
import { withPolicies } from './policy.ts'
import { type AccessRequest, findTargetRequests } from './requests.ts'
import { findWayIn, toPath } from './way-in.ts'

/** Grants nothing, as nothing is built; a Bake that does not know the flag says so. */
const probe = '--allow=network.host'

const knowsAllow = ({ code, stderr }: Ended): boolean =>
  code === 0 || !/unknown flag: --allow/.test(stderr)

/** What Bake reads on its own while it only prints: what it says of it may hold what is in it. */
const findFileRequests = async (
  bake: BakeInputs,
  allow: Allowances,
  workspace: string,
): Promise<readonly AccessRequest[]> => {
  const env: AccessRequest = { key: '.env', kind: 'read', text: '.env' }
  const compose = bake.files.filter((file) => !/\.(?:hcl|json)$/i.test(file))
  if (compose.length === 0) return [env]
  // The YAML library is a large part of all that is loaded.
  const { findComposeRequests } = await import('./compose-requests.ts')
  const mayRead = createMayRead(bake, allow, workspace)
  return [env, ...findComposeRequests(compose, workspace, mayRead)]
}

/** Bake's last word, without what it printed of its progress before. */
const explainUnread = ({ files }: BakeInputs, ended: Ended): Failure => {
  const said = ended.stderr.split('\n').findLast((line) => line.startsWith('ERROR: '))
  const why = said === undefined || ended.timedOut ? describeEnd(ended) : said.slice(7)
  if (files.length === 0) {
    return new Failure(`Bake refuses what the step builds: ${why}`, {
      remedy: 'Correct the input, or the entry of builds, that it names.',
    })
  }
  return new Failure(`Bake cannot read ${files.join(', ')}: ${why}`, {
    remedy: `\`docker buildx bake --print ${files.map((file) => `-f ${file}`).join(' ')}\` says the same on your machine.`,
  })
}

/**
 * Has Bake read its files, or the builds that are written in the step.
 *
 * @throws {Failure} with what Bake said, or with what its targets want and may not have
 */
export const printTargets = async (
  docker: Docker,
  bake: BakeInputs,
  allow: Allowances,
  workspace: string,
): Promise<readonly BakeTarget[]> => {
  const { files, definition, targets, sets } = bake
  const way = (definition !== undefined && (await findWayIn(docker))) || 'stdin'
  const print = async (...more: readonly string[]): Promise<Ended> => {
    const fd = definition && openMemoryFile(Buffer.from(JSON.stringify(definition)))
    // Not `-`: that one would go on where the file was written to its end.
    const named = fd === undefined ? files : [toPath(way, fd)]
    const flags = [...named.map((file) => `--file=${file}`), ...sets.map((set) => `--set=${set}`)]
    const args = ['buildx', 'bake', '--print', ...more, ...flags, '--', ...targets]
    // Ours is in no folder, so its paths cannot be meant from there.
    const env = { BUILDX_BAKE_FILE_RELATIVE_PATHS: '0' }
    const stdin = fd === undefined ? {} : { stdin: { fd }, env }
    return docker.try(args, { cwd: workspace, ...stdin }).finally(() => {
      if (fd !== undefined) closeSync(fd)
    })
  }
  const read = await findFileRequests(bake, allow, workspace)
  requireAllowed(new Map([[files.join(', '), read]]), bake, allow, workspace)
  const first = await print(probe)
  const isAsking = knowsAllow(first)
  const ended = isAsking ? first : await print()
  if (ended.code !== 0) throw explainUnread(bake, ended)
  const printed = withPolicies(JSON.parse(ended.stdout) as BakeFile)
  const requests = findTargetRequests(printed, workspace)
  const allowances = requireAllowed(requests, bake, allow, workspace)
  const order = targets.length > 0 ? targets : (definition?.group?.['default']?.targets ?? [])
  const found = readTargets(printed, workspace, isAsking ? allowances : undefined, order)
  refuseMissing(found, files, workspace)
  if (definition === undefined) return found
  return allowDeleting(found, allow, workspace, () => findBuildxVersion(docker))
}
