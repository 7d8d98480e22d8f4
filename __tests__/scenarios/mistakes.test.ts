import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { type Registry, startRegistry } from '../support/registry.ts'
import type { Run, RunOptions } from '../support/runner/types.ts'
import { credentialsOf, runSlipway } from '../support/slipway.ts'
import { baseImage, type Cluster, startCluster } from '../support/testbed.ts'

type Inputs = Readonly<Record<string, string>>

let github: GitHub
let cluster: Cluster
let registry: Registry
let folder: string
let workspace: string
let page: string

/** The daemon, where of all containers only these are: other tests have clusters of their own on it. */
const showOnly = async (path: string, cluster: string): Promise<void> => {
  const socketPath = process.env['DOCKER_HOST']?.replace('unix://', '') ?? '/var/run/docker.sock'
  const server = createServer((asked, answer) => {
    const { method, url = '', headers } = asked
    const passed = request({ socketPath, method, path: url, headers }, async (got) => {
      if (!url.includes('/containers/json')) {
        answer.writeHead(got.statusCode ?? 500, got.headers)
        got.pipe(answer)
        return
      }
      const all: readonly { readonly Labels: Inputs }[] = JSON.parse(await text(got))
      const shown = all.filter(({ Labels }) => Labels['io.x-k8s.kind.cluster'] === cluster)
      answer.end(JSON.stringify(shown))
    })
    // A daemon that hangs up is the client's to complain of, and not an error of this process.
    passed.on('error', () => answer.destroy())
    asked.pipe(passed)
  })
  // A build's session, and what else turns a request into a stream.
  server.on('upgrade', ({ method, url, rawHeaders }, stream: Duplex) => {
    const docker = connect(socketPath)
    const lines = rawHeaders.map((each, index) => (index % 2 === 0 ? `${each}: ` : `${each}\r\n`))
    docker.write(`${method} ${url} HTTP/1.1\r\n${lines.join('')}\r\n`)
    stream.pipe(docker).pipe(stream)
    for (const end of [stream, docker]) end.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  server.unref()
}

beforeAll(async () => {
  ;[github, cluster, registry, page] = await Promise.all([
    startGitHub(),
    startCluster(),
    startRegistry('private'),
    readFile('docs/mistakes.md', 'utf8'),
  ])
  folder = await mkdtemp(join(tmpdir(), 'slipway-mistakes-'))
  workspace = join(folder, 'app')
  await mkdir(join(workspace, 'docs'), { recursive: true })
  await mkdir(join(workspace, 'private'), { recursive: true })
  await writeFile(join(workspace, 'Dockerfile'), `FROM ${baseImage()}\n`)
  await writeFile(
    join(workspace, 'private/Dockerfile'),
    [
      `FROM ${baseImage()}`,
      'RUN --mount=type=secret,id=github_token,required=true git clone https://github.com/acme/private-one',
      '',
    ].join('\n'),
  )
  await showOnly(join(folder, 'empty.sock'), 'none')
  await showOnly(join(folder, 'one.sock'), cluster.name)
})
afterAll(async () => {
  await Promise.all([github.stop(), cluster.remove(), registry.stop()])
  await rm(folder, { recursive: true })
})

/** A chapter's two blocks: the step's lines, and what it says. */
const chapterOf = (title: string): { readonly given: Inputs; readonly said: string } => {
  const [, body = ''] = page.split(`\n## ${title}\n`)
  const [given = '', said = ''] = [
    ...(body.split('\n## ')[0]?.matchAll(/^```text\n([\s\S]*?)^```/gm) ?? []),
  ].map(([, block = '']) => block)
  return { given: parse(given) ?? {}, said }
}

/** What a user reads: the annotations, by what is the same on every machine. */
const saidBy = ({ annotations }: Run): string =>
  annotations
    // The runner itself warns of inputs that it does not know.
    .filter(({ phase, message }) => phase === 'main' && !message.startsWith('Unexpected input'))
    .map(({ level, message }) => `${level === 'error' ? 'Error' : 'Warning'}: ${message}\n`)
    .join('')
    .replaceAll(cluster.name, 'chart-testing')
    .replaceAll(workspace, '/home/runner/work/app/app')
    .replaceAll(folder, '/home/runner')
    .replaceAll(registry.host, 'localhost:5000')
    .replaceAll(github.app.clientId, 'Iv23liexample')
    .replaceAll(github.apiUrl, 'https://api.github.com')

const from = (socket: string): Partial<RunOptions> => ({
  env: { DOCKER_HOST: `unix://${join(folder, socket)}` },
})

type Mistake = {
  readonly title: string
  /** What the page leaves out, as it is another on every machine. */
  readonly more?: () => Inputs
  readonly options?: () => Partial<RunOptions>
}
const app = (): Inputs => ({ ...credentialsOf(github), 'cluster-name': cluster.name })
const here = (): Inputs => ({ 'cluster-name': cluster.name })

const mistakes: readonly Mistake[] = [
  { title: 'No cluster yet', options: () => from('empty.sock') },
  { title: 'Another name than the cluster has', options: () => from('one.sock') },
  { title: 'helm/kind-action without `cluster_name`', options: () => from('one.sock') },
  { title: 'A secret that nobody passes', more: here },
  { title: 'An App without the permission', more: app },
  { title: 'An App that is not installed on the second repository', more: app },
  { title: 'A typo in an input' },
  { title: 'Tabs in YAML' },
  { title: 'A context outside of the workspace' },
  { title: 'No Dockerfile in the context' },
  { title: 'A key of which one line arrived', more: app },
  { title: 'An image that nobody built', more: here },
  {
    title: 'Docker is not running',
    options: () => ({ env: { DOCKER_HOST: 'unix:///var/run/docker.sock.off' } }),
  },
  {
    title: 'buildx is missing',
    more: here,
    options: () => ({ env: { DOCKER_CONFIG: join(folder, 'docker') } }),
  },
]

/** Its own test fills a cache with sizes that no disk has; the page has numbers in their place. */
test('A full disk', async () => {
  const transcript = await readFile('__tests__/scenarios/transcripts/refused-plan.txt', 'utf8')
  const [, message] = /^error \(main\) \{\}: (.*)$/m.exec(transcript) ?? []
  const { said } = chapterOf('A full disk')
  const words = said
    .replaceAll(/\d+(\.\d+)? [kMGT]?B/g, 'SIZE')
    .replaceAll('/var/lib/docker', 'DOCKER')
    .replaceAll('kind-control-plane', 'NODE')
  expect(words).toBe(`Error: ${message}\n`)
})

test('the page has fifteen', () => {
  const titles = [...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title)
  expect(titles.slice(0, -1)).toEqual(mistakes.map(({ title }) => title))
  expect(titles).toHaveLength(15)
})

test.each(mistakes)('$title', async ({ title, more = () => ({}), options = () => ({}) }) => {
  const { given, said } = chapterOf(title)
  const localized = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      String(value).replaceAll('localhost:5000', registry.host),
    ]),
  )
  const run = await runSlipway({ ...more(), ...localized }, { github: { workspace }, ...options() })
  await run.dispose()
  expect(run.exitCode).toBe(1)
  expect(saidBy(run)).toBe(said)
})
