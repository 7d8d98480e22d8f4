import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { baseImage, type Cluster, startCluster } from '../support/testbed.ts'

const run = promisify(execFile)

/**
 * A hosted runner's tool folders, made in a mount namespace of the test's own: the catalog names
 * folders that this machine may have, too, and they must survive the test.
 */
const toolFolders = `mount -t tmpfs tmpfs /usr/local/lib && mount -t tmpfs tmpfs /opt
mkdir -p /usr/local/lib/android/sdk /opt/hostedtoolcache /opt/elsewhere /opt/ghc
head -c 50000000 /dev/zero >/usr/local/lib/android/sdk/big
ln -s /opt/elsewhere /opt/hostedtoolcache/CodeQL && echo precious >/opt/elsewhere/file
mount -t tmpfs tmpfs /opt/ghc && echo mounted >/opt/ghc/file`
const look =
  'ls -d /usr/local/lib/android 2>/dev/null || true; cat /opt/elsewhere/file /opt/ghc/file; ls -A /usr/local/lib'

let cluster: Cluster
let folder: string

beforeAll(async () => {
  cluster = await startCluster()
  folder = await mkdtemp(join(tmpdir(), 'slipway-disk-'))
})
afterAll(() => Promise.all([cluster.remove(), rm(folder, { recursive: true })]))

/** Runs the bundled main among such folders and tells what is left of them. */
const runAmongToolFolders = async (
  environment: string,
  freeDisk: string,
  more: Readonly<Record<string, string>> = {},
) => {
  const outputs = join(folder, 'outputs')
  await writeFile(outputs, '')
  const script = `set -e; ${toolFolders}; node dist/main.js; echo '--- left:'; ${look}`
  const { stdout } = await run(
    'unshare',
    ['--mount', '--propagation', 'private', 'bash', '-c', script],
    {
      env: {
        ...process.env,
        PATH: `${process.cwd()}/node_modules/.bin:${process.env['PATH']}`,
        RUNNER_ENVIRONMENT: environment,
        RUNNER_TEMP: folder,
        GITHUB_OUTPUT: outputs,
        GITHUB_REPOSITORY: 'acme/app',
        INPUT_IMAGES: baseImage(),
        'INPUT_CLUSTER-NAME': cluster.name,
        'INPUT_FREE-DISK': freeDisk,
        ...more,
      },
    },
  )
  const [log = '', left = ''] = stdout.split('--- left:\n')
  const freed = /freed-bytes<<(\S+)\n(\d+)\n\1/.exec(await readFile(outputs, 'utf8'))?.[2]
  return { log, left, freedBytes: Number(freed) }
}

test('always, on a hosted runner: tool chains go, and nothing that only looks like one', async () => {
  const { log, left, freedBytes } = await runAmongToolFolders('github-hosted', 'always')
  expect(left).toBe('precious\nmounted\n')
  expect(freedBytes).toBeGreaterThanOrEqual(50_000_000)
  expect(freedBytes).toBeLessThan(51_000_000)
  expect(log).toContain('Freed 50 MB: android (/usr/local/lib/android).')
  expect(log).toContain('Kept /opt/hostedtoolcache/CodeQL: it is not a folder.')
  expect(log).toContain('Kept /opt/ghc: it is a mount.')
})

test.each([
  ['auto, with room enough', 'github-hosted', 'auto'],
  ['never', 'github-hosted', 'never'],
  ['always, on a self-hosted runner', 'self-hosted', 'always'],
  ['always, where nobody says what runner it is', '', 'always'],
])('%s: everything stays', async (_name, environment, freeDisk) => {
  const { left, freedBytes } = await runAmongToolFolders(environment, freeDisk)
  expect(left).toBe('/usr/local/lib/android\nprecious\nmounted\nandroid\n')
  expect(freedBytes).toBe(0)
})

test('what was asked and will not happen is said, with what is true of it', async () => {
  const { DOCKER_HOST = '' } = process.env
  const server = createServer((client) => {
    const daemon = connect(DOCKER_HOST.replace(/^unix:\/\//, ''))
    pipeline(client, daemon, client, () => {})
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { log } = await runAmongToolFolders('github-hosted', '20GB', {
    DOCKER_HOST: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    'INPUT_DRY-RUN': 'true',
    'INPUT_PRUNE-CACHE': 'true',
  })
  expect(log).toContain('free-disk deletes nothing: the Docker daemon is on another machine.\n')
  expect(log).toContain('Kept the build cache: nothing is built.\n')
  expect(log).not.toContain('Free disk')
})

test.each([
  [
    'beforehand',
    '1',
    /^::error::The images do not fit on the disk: .*Needed: \d+ MB \(one image's tar \d+ MB\)/m,
  ],
  ['when it is full', '2', /^::error::`kind load docker-image` failed.*no space left on device/im],
])(
  'a temp folder too small for what kind writes there: named %s, and nothing is deleted for it',
  async (_name, attempt, said) => {
    const fresh = await startCluster()
    onTestFinished(() => fresh.remove())
    const temp = join(folder, 'small-temp')
    const script = `mkdir -p ${temp}; mount -t tmpfs -o size=50m tmpfs ${temp}; ${toolFolders}
    node dist/main.js; ls ${temp} /usr/local/lib`
    const { stdout } = await run('unshare', ['--mount', 'bash', '-c', script], {
      env: {
        ...process.env,
        PATH: `${process.cwd()}/node_modules/.bin:${process.env['PATH']}`,
        RUNNER_ENVIRONMENT: 'github-hosted',
        RUNNER_TEMP: temp,
        INPUT_IMAGES: baseImage(),
        'INPUT_CLUSTER-NAME': fresh.name,
        'INPUT_LOAD-MODE': 'kind',
        GITHUB_RUN_ATTEMPT: attempt,
      },
    })
    expect(stdout).toMatch(said)
    expect(stdout).toContain(`${temp} (the temp folder): `)
    expect(stdout).not.toContain("Docker's data there")
    // What is noted stays for post, which does not run here.
    const left = stdout.split('\n').filter((line) => !line.startsWith('slipway-recording-'))
    expect(left.slice(-5)).toEqual([`${temp}:`, '', '/usr/local/lib:', 'android', ''])
  },
)
