import { statfs } from 'node:fs/promises'
import { isMachine, type Node } from '../cluster/node.ts'
import { findNodes } from '../cluster/providers/find-cluster.ts'
import type { Docker } from '../docker/docker.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import { type Engine, findEngine } from '../docker/info.ts'
import { findSocket } from '../docker/socket.ts'
import { storeFolders } from '../docker/store-folders.ts'
import type { Env } from '../host/command.ts'
import { within } from '../host/deadline.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { renderBecause } from '../load/because.ts'
import { groupForHelpers } from '../load/by-direct.ts'
import { findGate, planMethod } from '../load/plan-method.ts'
import { tryMethods } from '../load/try-methods.ts'
import { findFilesystems } from '../storage/filesystems.ts'
import type { BuildToken } from '../token/build-token.ts'
import { checkApp } from './app.ts'
import { checkBuilder, checkBuildx } from './builders.ts'
import { type Answer, type Check, ok, toAnswer, unknown } from './check.ts'
import { type Endpoint, explainDocker, explainNoDocker } from './docker.ts'
import { explainLinks } from './links.ts'
import { checkInotify, checkMemory, elsewhere, explainCgroups, explainDisk } from './machine.ts'
import { checkCache, checkProxies } from './network.ts'
import { explainCluster, explainNodes, findVolumesFilesystem, inspectNodes } from './nodes.ts'
import { type Place, placeWords } from './place.ts'
import { checkSudo } from './rights.ts'
import { explainStore } from './store.ts'

/** What is examined, and with what. */
export type Examination = Pick<
  Inputs,
  'cluster' | 'clusterName' | 'containerdAddress' | 'existingBuilder' | 'credentials'
> & {
  readonly docker: Docker
  readonly api: EngineApi
  readonly token: BuildToken
  /** What programs inherit. */
  readonly env: Env
  /** By these variables the Actions cache is found. */
  readonly cacheEnv: Env
  readonly place: Place
  readonly tempRoot: string
  readonly runId: string
  /** Ends what is still being asked. */
  readonly signal: AbortSignal
}

/** All answers come in one or two seconds; what takes longer hangs, or the machine is very busy. */
const deadlineMs = 5_000

const magics: Readonly<Record<number, string>> = {
  61267: 'ext4',
  1481003842: 'xfs',
  2435016766: 'btrfs',
  801189825: 'zfs',
  2035054128: 'overlay',
  26985: 'nfs',
}

/** Undefined where the folder is not on this machine, or on something rare. */
const findOwnFilesystem = async (folder: string): Promise<string | undefined> =>
  statfs(folder).then(
    ({ type }) => magics[type],
    () => undefined,
  )

const tryNodes = async (
  { api, docker, runId, signal }: Examination,
  engine: Engine,
  nodes: readonly Node[],
): Promise<Answer> => {
  if (findGate(engine) !== undefined) return unknown('not tried, as the store is no good for links')
  const plans = nodes.map((node) => ({
    node,
    choice: planMethod(engine, node, 'auto', docker.isLocal),
  }))
  const gated = plans.flatMap(({ node: { name }, choice }) =>
    choice.kind === 'direct'
      ? []
      : [[name, { kind: 'cannot', reason: renderBecause(choice.because) }] as const],
  )
  const trial = { engine, runId, deadlineMs, signal }
  const tried = await Promise.all(
    groupForHelpers(plans).map((group) => tryMethods(api, { ...trial, nodes: group.nodes })),
  )
  const machineRoot = nodes.find(isMachine)?.containerd.root
  return explainLinks(new Map([...gated, ...tried.flatMap((each) => [...each])]), machineRoot)
}

/** What several answers depend on, asked once. */
const ask = (examination: Examination) => {
  const { api } = examination
  const engine = findEngine(api.get)
  const found = findNodes(api, examination, examination.env)
  const inspected = found.then(({ nodes }) => inspectNodes(api, nodes))
  for (const each of [engine, found, inspected]) each.catch(() => {})
  return { engine, found, inspected }
}

type Asked = ReturnType<typeof ask>

const findStore = async (
  { docker, place }: Examination,
  { inspected }: Asked,
  engine: Engine,
): Promise<Answer> => {
  const told = engine.driverStatus['Backing Filesystem']
  const own = storeFolders(engine).at(-1) ?? engine.dataRoot
  const filesystem =
    told ??
    (await inspected.then(
      (nodes) =>
        findVolumesFilesystem(
          engine.dataRoot,
          nodes.filter((node) => 'printed' in node),
        ),
      () => undefined,
    )) ??
    (docker.isLocal ? await findOwnFilesystem(own) : undefined)
  return explainStore(engine, filesystem, place)
}

const findDocker = async ({ engine }: Asked, endpoint: Endpoint, place: Place): Promise<Answer> => {
  const hangs = new Error(`no answer within ${deadlineMs / 1_000} s`)
  const asked = engine.catch((error: Error) => error)
  // It is the one that all wait for, so its silence is an answer.
  const answer = await within<Engine | Error>(asked, deadlineMs - 200, hangs)
  return answer instanceof Error
    ? explainNoDocker(answer.message, endpoint, place)
    : explainDocker(answer, endpoint)
}

type Question = readonly [name: string, answer: () => Promise<Answer> | Answer]

const toQuestions = (examination: Examination): readonly Question[] => {
  const { api, docker, env, place, signal, tempRoot, credentials } = examination
  const asked = ask(examination)
  const endpoint = { host: env['DOCKER_HOST'] || undefined, socket: findSocket(env) }
  const withDocker = (answer: (engine: Engine) => Promise<Answer> | Answer) => () =>
    asked.engine.then(answer, () => unknown('not checked, as Docker does not answer'))
  const withNodes = (
    answer: (engine: Engine, nodes: readonly Node[]) => Promise<Answer> | Answer,
  ) =>
    withDocker((engine) =>
      asked.found.then(
        ({ nodes }) => answer(engine, nodes),
        () => unknown('not checked, as there are no nodes to ask'),
      ),
    )
  const ofHost = (answer: () => Answer) =>
    withDocker(() => (docker.isLocal ? answer() : unknown(elsewhere)))
  return [
    ['machine', () => ok(placeWords[place])],
    ['Docker', () => findDocker(asked, endpoint, place)],
    ['store', withDocker((engine) => findStore(examination, asked, engine))],
    ['buildx', () => checkBuildx(docker)],
    ['builder', withDocker(() => checkBuilder(docker, examination.existingBuilder))],
    [
      'cluster',
      withDocker(() =>
        asked.found.then(({ nodes }) => explainCluster(examination.clusterName, nodes), toAnswer),
      ),
    ],
    [
      'nodes',
      withNodes(async ({ hasContainerdStore }) =>
        explainNodes(await asked.inspected, hasContainerdStore),
      ),
    ],
    ['links', withNodes((engine, nodes) => tryNodes(examination, engine, nodes))],
    [
      'disk',
      withDocker(async (engine) => {
        const nodes = await asked.found.then(
          (found) => found.nodes,
          () => [],
        )
        const scope = { engine, nodes, isLocalDaemon: docker.isLocal }
        return explainDisk((await findFilesystems(api, scope, tempRoot)).filesystems, place)
      }),
    ],
    ['memory', withDocker(({ memoryBytes }) => checkMemory(docker.isLocal, memoryBytes))],
    ['cgroups', withDocker(({ cgroupVersion }) => explainCgroups(cgroupVersion))],
    ['inotify', ofHost(() => checkInotify(place))],
    ['sudo', () => checkSudo(env, signal)],
    ['proxies', () => checkProxies(env, signal)],
    ['cache', () => checkCache({ ...env, ...examination.cacheEnv }, place, signal)],
    ...(credentials.kind === 'none'
      ? []
      : [['App', () => checkApp(credentials, examination.token)] as const]),
  ]
}

/** Answers all questions side by side; one that hangs is unknown, and holds up no other. */
export const examine = (examination: Examination): Promise<readonly Check[]> => {
  const late = unknown(`no answer within ${deadlineMs / 1_000} s`)
  return Promise.all(
    toQuestions(examination).map(async ([name, answer]) => {
      const asked = Promise.resolve().then(answer).catch(toAnswer)
      return { name, ...(await within(asked, deadlineMs, late)) }
    }),
  )
}
