import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answerRequest, type Desk } from './answer.ts'
import { addComment } from './comments.ts'
import { createFaultQueue, type Fault } from './faults.ts'
import { addLfsObject, type Lfs, type LfsObject } from './lfs.ts'
import { startLfsStorage } from './lfs-storage.ts'
import { createRepository } from './repositories.ts'
import { createApp, createState, install, sameName } from './state.ts'
import type {
  App,
  Comment,
  GitHubOptions,
  Installation,
  InstallationOptions,
  IssuedToken,
  RecordedRequest,
  Repository,
  RepositoryFiles,
} from './types.ts'

/** A running double of GitHub: App API, private git and Git LFS on one port, LFS objects on another. */
export interface GitHub {
  readonly port: number
  /** API base as on github.com (no path). */
  readonly apiUrl: string
  /** API base as on GitHub Enterprise Server (`/api/v3`). */
  readonly apiUrlGhes: string
  /** Base of git URLs: `${serverUrl}/OWNER/NAME.git`. */
  readonly serverUrl: string
  readonly app: App
  readonly requests: readonly RecordedRequest[]
  readonly tokens: readonly IssuedToken[]
  readonly comments: readonly Comment[]
  readonly repositories: readonly Repository[]
  readonly installations: readonly Installation[]
  /** Another App with a key of its own; installed nowhere until `install` is told to. */
  readonly addApp: (slug: string) => App
  /** A comment of somebody, on a pull request such as `acme/api#7`. */
  readonly addComment: (thread: string, body: string, user: Comment['user']) => Comment
  readonly addRepository: (fullName: string, files?: RepositoryFiles) => Promise<Repository>
  readonly lfs: Pick<Lfs, 'url' | 'lifetimeS' | 'wantsTicket' | 'overBudget'>
  /** An object of Git LFS, of a repository such as `acme/api`. */
  readonly addLfsObject: (fullName: string, content: Buffer) => LfsObject
  readonly install: (options: InstallationOptions) => Installation
  readonly uninstall: (owner: string) => void
  readonly suspend: (owner: string) => void
  readonly resume: (owner: string) => void
  readonly inject: (fault: Fault) => void
  readonly clearFaults: () => void
  /** Forgets the recorded requests. */
  readonly clearRequests: () => void
  /** Closes every connection, hanging ones too, and removes the repositories. */
  readonly stop: () => Promise<void>
}

const DEFAULT_REPOSITORIES: Readonly<Record<string, RepositoryFiles>> = Object.fromEntries(
  ['acme/private-one', 'acme/private-two', 'acme/api'].map((fullName) => [
    fullName,
    { 'README.md': `# ${fullName}\n`, 'NAME.txt': `${fullName}\n` },
  ]),
)

function methodsOf(
  desk: Desk,
): Omit<GitHub, 'port' | 'apiUrl' | 'apiUrlGhes' | 'serverUrl' | 'app' | 'stop'> {
  const { state, faults, requests } = desk
  const setState = (owner: string, value: Installation['state']): void => {
    for (const installation of state.installations) {
      if (sameName(installation.owner, owner)) installation.state = value
    }
  }
  return {
    requests,
    tokens: state.tokens,
    comments: state.comments,
    addComment: (thread, body, user) => addComment(state, thread, body, user),
    repositories: state.repositories,
    installations: state.installations,
    addApp: (slug) => {
      const app = createApp(slug)
      state.apps.push(app)
      return app
    },
    addRepository: async (fullName, files = { 'README.md': `# ${fullName}\n` }) => {
      const id = 700_000_000 + state.repositories.length
      const repository = await createRepository(desk.gitRoot, fullName, files, id)
      state.repositories.push(repository)
      return repository
    },
    lfs: state.lfs,
    addLfsObject: (fullName, content) => addLfsObject(state.lfs, fullName, content),
    install: (options) => install(state, options),
    uninstall: (owner) => {
      const kept = state.installations.filter((i) => !sameName(i.owner, owner))
      state.installations.splice(0, state.installations.length, ...kept)
    },
    suspend: (owner) => setState(owner, 'suspended'),
    resume: (owner) => setState(owner, 'active'),
    inject: faults.inject,
    clearFaults: faults.clear,
    clearRequests: () => {
      requests.length = 0
    },
  }
}

/** Starts the double. Everything it makes lives in one temp folder that `stop` removes. */
export async function startGitHub(options: GitHubOptions = {}): Promise<GitHub> {
  const state = createState(options)
  const gitRoot = await mkdtemp(join(tmpdir(), 'github-double-'))
  const desk: Desk = {
    state,
    gitRoot,
    faults: createFaultQueue(),
    requests: [],
    meter: { limit: 5000, used: 0 },
  }
  const methods = methodsOf(desk)
  for (const entry of options.installations ?? [{ owner: 'acme' }]) install(state, entry)
  const repositories = Object.entries(options.repositories ?? DEFAULT_REPOSITORIES)
  for (const [fullName, files] of repositories) await methods.addRepository(fullName, files)

  const stopStorage = await startLfsStorage(desk)
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    answerRequest(desk, request, response).catch(() => response.destroy())
  })
  const host = options.host ?? '127.0.0.1'
  server.listen(options.port ?? 0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const base = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`
  const [app] = state.apps
  if (app === undefined) throw new Error('the double has no App')
  return {
    ...methods,
    port,
    apiUrl: base,
    apiUrlGhes: `${base}/api/v3`,
    serverUrl: base,
    app,
    stop: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await Promise.all([closed, stopStorage()])
      await rm(gitRoot, { recursive: true, force: true })
    },
  }
}
