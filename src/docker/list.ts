import { within } from '../host/deadline.ts'
import { runLabel } from '../ownership.ts'
import type { Docker } from './docker.ts'
import { withEngineApi } from './engine-api.ts'

type Container = { readonly Id: string; readonly Labels?: Readonly<Record<string, string>> | null }
type Image = { readonly RepoTags?: readonly string[] | null }

/** Who lists has something to remove, and the job has ended: a daemon that hangs does not keep it longer. */
const patienceMs = 10_000

/** A docker command for each list would be most of what a post takes. Undefined where nobody answers. */
const list = async <T>(
  docker: Docker,
  path: string,
  filters: Readonly<Record<string, readonly string[]>>,
): Promise<readonly T[] | undefined> => {
  const filter = encodeURIComponent(JSON.stringify(filters))
  const asked = withEngineApi(docker, ({ get }) =>
    get<readonly T[]>(`${path}filters=${filter}`),
  ).catch(() => undefined)
  return within(asked, patienceMs, undefined)
}

const listContainers = (
  docker: Docker,
  filters: Readonly<Record<string, readonly string[]>>,
): Promise<readonly Container[] | undefined> => list(docker, '/containers/json?all=1&', filters)

/** The IDs of a run's containers, also of those that have ended; undefined where Docker does not answer. */
export const listContainersOf = async (
  docker: Docker,
  runId: string,
): Promise<readonly string[] | undefined> =>
  (await listContainers(docker, { label: [`${runLabel}=${runId}`] }))?.map(({ Id }) => Id)

/** The run that has a container, by its label; empty where it is nobody's, undefined where there is none. */
export const findRunOf = async (docker: Docker, container: string): Promise<string | undefined> => {
  const [found] = (await listContainers(docker, { name: [`^${container}$`] })) ?? []
  return found && (found.Labels?.[runLabel] ?? '')
}

/** The names that a repository's images have; undefined where Docker does not answer. */
export const listNamesIn = async (
  docker: Docker,
  repository: string,
): Promise<readonly string[] | undefined> => {
  const images = await list<Image>(docker, '/images/json?', { reference: [repository] })
  const names = images?.flatMap(({ RepoTags }) => RepoTags ?? [])
  return names?.filter((name) => name.startsWith(`${repository}:`))
}
