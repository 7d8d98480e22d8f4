import { describe, expect, test } from 'vitest'
import type { Engine } from '../../src/docker/info.ts'
import { explainBuildx } from '../../src/doctor/builders.ts'
import { toAnswer } from '../../src/doctor/check.ts'
import { explainDocker, explainNoDocker } from '../../src/doctor/docker.ts'
import { explainLinks } from '../../src/doctor/links.ts'
import {
  explainCgroups,
  explainDisk,
  explainInotify,
  explainMemory,
} from '../../src/doctor/machine.ts'
import { checkCache, explainCache, explainProxies } from '../../src/doctor/network.ts'
import { explainNodes, findVolumesFilesystem } from '../../src/doctor/nodes.ts'
import { findPlace, type Place } from '../../src/doctor/place.ts'
import { explainSudo } from '../../src/doctor/rights.ts'
import { explainStore } from '../../src/doctor/store.ts'
import { Failure } from '../../src/failure.ts'
import type { Filesystem } from '../../src/storage/filesystems.ts'
import { startCacheService } from '../support/cache-service.ts'
import { foundFacts } from '../support/found.ts'

const places: readonly Place[] = ['hosted', 'pod', 'self-hosted', 'laptop']

test('the place is told by what the runner and Kubernetes set', () => {
  const job = { GITHUB_ACTIONS: 'true' }
  expect(findPlace(job, true)).toBe('hosted')
  expect(findPlace({ ...job, KUBERNETES_SERVICE_HOST: '10.0.0.1' }, false)).toBe('pod')
  expect(findPlace(job, false)).toBe('self-hosted')
  // A laptop's shell may have the address of some cluster.
  expect(findPlace({ KUBERNETES_SERVICE_HOST: '10.0.0.1' }, false)).toBe('laptop')
})

describe('Docker', () => {
  const socket = '/var/run/docker.sock'
  const usual = { host: undefined, socket }

  test.each([
    ['connect EACCES /var/run/docker.sock', 'self-hosted', 'usermod --append --groups docker'],
    ['connect EACCES /var/run/docker.sock', 'pod', '--group=123'],
    ['connect ENOENT /var/run/docker.sock', 'pod', 'containerMode: {type: dind}'],
    ['connect ENOENT /var/run/docker.sock', 'hosted', 'runs-on: ubuntu-latest'],
    ['connect ECONNREFUSED /var/run/docker.sock', 'laptop', 'systemctl enable --now docker'],
    ['spawn docker ENOENT', 'laptop', 'docker version'],
    ['no answer within 5 s', 'self-hosted', 'docker version'],
  ] as const)('%s on %s', (said, place, remedy) => {
    const answer = explainNoDocker(`Docker does not answer: ${said}`, usual, place)
    expect(answer).toMatchObject({ state: 'no', isNeeded: true })
    expect(answer).toMatchObject({ remedy: expect.stringContaining(remedy) })
    expect(answer.found).toContain(socket)
  })

  test('a DOCKER_HOST is named as what may be wrong', () => {
    const there = { host: 'unix:///gone.sock', socket: '/gone.sock' }
    const answer = explainNoDocker('connect ENOENT /gone.sock', there, 'laptop')
    expect(answer).toMatchObject({ found: 'there is no socket /gone.sock' })
    expect(answer).toMatchObject({ remedy: expect.stringContaining('unset DOCKER_HOST') })
  })

  test('one that answers', () => {
    const { found } = explainDocker({ ...foundFacts.engine, version: '29.4.0' }, usual)
    expect(found).toMatch(/^Docker 29\.4\.0 at \/var\/run\/docker\.sock: /)
  })
})

describe('the store', () => {
  const overlay2: Engine = { ...foundFacts.engine, driver: 'overlay2', dataRoot: '/data' }
  const vfs = { ...overlay2, driver: 'vfs' }
  const containerd: Engine = {
    ...overlay2,
    driver: 'overlayfs',
    hasContainerdStore: true,
    containerd: { address: '/run/containerd/containerd.sock', namespace: 'moby' },
  }

  test('is fine on a disk', () => {
    expect(explainStore(overlay2, 'extfs', 'hosted')).toEqual({
      state: 'ok',
      found: 'overlay2 on extfs, /data',
    })
    expect(explainStore(containerd, 'xfs', 'hosted').found).toContain('containerd store')
    expect(explainStore(containerd, undefined, 'pod').state).toBe('ok')
  })

  test.each([
    ['overlay on overlay, dind', vfs, 'overlayfs', 'pod', /overlay on overlay/, /emptyDir/],
    ['dind where nobody can see it', vfs, undefined, 'pod', /overlay on overlay/, /emptyDir/],
    ['NFS under dind', vfs, 'nfs', 'pod', /on NFS/, /local disks/],
    ['vfs by choice', vfs, 'ext2/ext3', 'pod', /^the storage driver is vfs[^.]*$/, /overlay2/],
    ['overlay2 on overlay', overlay2, 'overlay', 'laptop', /another overlay/, /--volume/],
    ['overlay2 on NFS', overlay2, 'nfs4', 'self-hosted', /on NFS/, /data-root/],
    ['containerd on overlay', containerd, 'overlay', 'pod', /another overlay/, /emptyDir/],
    [
      'rootless',
      { securityOptions: ['name=rootless'] },
      'xfs',
      'laptop',
      /rootless/,
      /context use/,
    ],
    ['userns', { securityOptions: ['name=userns'] }, 'xfs', 'laptop', /remaps/, /userns-remap/],
    ['btrfs', { driver: 'btrfs' }, 'btrfs', 'laptop', /driver is btrfs/, /overlay2/],
    [
      'metacopy',
      { driverStatus: { 'Using metacopy': 'true' } },
      'xfs',
      'laptop',
      /metadata/,
      /N \|/,
    ],
  ] as const)('%s', (_, change, filesystem, place, found, remedy) => {
    const answer = explainStore({ ...overlay2, ...change }, filesystem, place)
    expect(answer).toMatchObject({ state: 'no', isNeeded: false })
    expect(answer.found).toMatch(found)
    expect(answer).toMatchObject({ remedy: expect.stringMatching(remedy) })
  })

  test("a node's /var tells what Docker's data is on, where that is a volume of Docker's", () => {
    const find = (source: string) => {
      const printed = 'socket\nfilesystem overlayfs\n'
      return findVolumesFilesystem('/data', [
        { mounts: [{ destination: '/var', source }], printed },
      ])
    }
    expect(find('/data/volumes/1/_data')).toBe('overlayfs')
    expect(find('/elsewhere')).toBeUndefined()
  })
})

describe('links', () => {
  const would = (method: string, reason = '') => ({ kind: 'would', method, reason }) as const
  const cannot = (reason: string) => ({ kind: 'cannot', reason }) as const

  test('into every node', () => {
    const tried = new Map([
      ['a', would('link')],
      ['b', would('reflink')],
    ])
    expect(explainLinks(tried)).toMatchObject({ state: 'ok' })
  })

  test('another filesystem', () => {
    const reason = "cp: cannot create hard link 'b' to 'a': Invalid cross-device link"
    const tried = new Map([
      ['a', would('link')],
      ['b', would('copy', reason)],
    ])
    const answer = explainLinks(tried)
    expect(answer).toMatchObject({ state: 'no', isNeeded: false })
    expect(answer.found).toContain(`b: copy (${reason})`)
    expect(answer.found).not.toContain('a: ')
    expect(answer).toMatchObject({ remedy: expect.stringContaining('in kind-config') })
    // A machine's own containerd is no volume of Docker's, and has no kind-config.
    const root = '/var/lib/rancher/k3s/agent/containerd'
    const remedy = expect.stringMatching(`^Keep Docker's data and ${root} on one filesystem: .*K3s`)
    expect(explainLinks(tried, root)).toMatchObject({ remedy })
  })

  test('a whiteout that cannot be made', () => {
    const tried = new Map([['a', cannot('the probe of copy failed: Operation not permitted')]])
    const remedy = expect.stringContaining('ext4, XFS or btrfs')
    expect(explainLinks(tried)).toMatchObject({ state: 'no', remedy })
  })

  test('no Perl for the manifests of the containerd store', () => {
    const tried = new Map([['a', cannot('there is no Perl to read manifests with')]])
    const remedy = expect.stringContaining('Install Perl')
    expect(explainLinks(tried)).toMatchObject({ state: 'no', remedy, isNeeded: false })
  })

  test('nobody knows while a load is at work, or without a node', () => {
    expect(explainLinks(new Map([['a', cannot('another load holds the node')]])).state).toBe(
      'unknown',
    )
    expect(explainLinks(new Map()).state).toBe('unknown')
  })
})

describe('nodes', () => {
  const all = ['bash', 'perl', 'ctr', 'crictl', 'tar', 'nsenter', 'flock', 'cp']
  const printedOf = (tools: readonly string[], ...more: readonly string[]): string =>
    [...tools.map((tool) => `tool ${tool}`), 'containerd 2.1.9', ...more, ''].join('\n')
  const gnu = { userland: 'gnu', provider: 'kind' } as const
  const explain = (printed: string) => explainNodes([{ ...gnu, name: 'node', printed }], true)
  const well = ['socket', 'answers', 'cri']

  test('one like kind has', () => {
    expect(explain(printedOf(all, ...well))).toEqual({
      state: 'ok',
      found: 'node: containerd 2.1.9',
    })
  })

  test.each([
    ['no bash', printedOf(all.slice(1), ...well), 'no bash', true],
    [
      'no crictl',
      printedOf(
        all.filter((tool) => tool !== 'crictl'),
        ...well,
      ),
      'crictl',
      true,
    ],
    ['no socket', printedOf(all, 'answers', 'cri'), 'no socket', true],
    ['a containerd that hangs', printedOf(all, 'socket'), 'containerd does not answer', true],
    ['no CRI', printedOf(all, 'socket', 'answers'), 'CRI does not answer', true],
    ["busybox's cp", printedOf(all.slice(0, -1), ...well), 'no GNU cp', false],
  ])('%s', (_, printed, found, isNeeded) => {
    expect(explain(printed)).toMatchObject({
      state: 'no',
      found: expect.stringContaining(found),
      isNeeded,
    })
  })

  test("Perl may be missing, but where Docker's containerd store has manifests", () => {
    const tools = all.filter((tool) => tool !== 'perl')
    const bare = [{ ...gnu, name: 'node', printed: printedOf(tools, ...well) }]
    expect(explainNodes(bare, false)).toEqual({
      state: 'ok',
      found: 'node: containerd 2.1.9, without Perl',
    })
    expect(explainNodes(bare, true)).toMatchObject({
      state: 'no',
      found: 'node has no Perl: Slipway streams images there',
      remedy: expect.stringContaining('kindest/node'),
      isNeeded: false,
    })
  })

  test('what is worst is told', () => {
    const slow = { ...gnu, name: 'slow', printed: printedOf(all.slice(0, -1), ...well) }
    const dead = { ...gnu, name: 'dead', printed: printedOf(all) }
    expect(explainNodes([slow, dead], true).found).toMatch(/^dead /)
  })

  const mini = { userland: 'gnu', provider: 'minikube', name: 'mini' } as const
  test.each([
    ['kind', '`docker restart mini`', 'kindest/node'],
    ['minikube', '`minikube start` with its profile', '`minikube start` without `--base-image`'],
  ] as const)('a node of %s is started, and made, by whoever made it', (provider, start, make) => {
    const dead = { ...mini, provider, printed: printedOf(all, 'socket') }
    const bare = { ...mini, provider, printed: printedOf(all.slice(0, -1), ...well) }
    const remedy = (words: string) => ({ remedy: expect.stringContaining(words) })
    expect(explainNodes([dead], false)).toMatchObject(remedy(`${start} starts it again`))
    expect(explainNodes([bare], false)).toMatchObject(remedy(make))
  })
})

test("k3d's nodes need what a stream needs", () => {
  const explain = (printed: string) =>
    explainNodes([{ name: 'node', userland: 'busybox', provider: 'k3d', printed }], true)
  expect(explain('tool ctr\ntool crictl\ncontainerd \nanswers\ncri\n')).toMatchObject({
    state: 'ok',
  })
  expect(explain('tool ctr\ntool crictl\nanswers\n')).toMatchObject({ state: 'no', isNeeded: true })
  expect(explain('tool ctr\nanswers\ncri\n').found).toContain('no crictl')
})

test('a containerd of the machine itself, which was tried when it was found', () => {
  const machine = {
    ...({ name: 'runner', role: 'machine', userland: 'gnu', provider: 'containerd' } as const),
    ...{ address: '/run/c.sock', version: '2.1.9', startedBy: ['sudo'], env: {} },
    containerd: { namespace: 'k8s.io', root: '/c', snapshotter: 'overlayfs' },
  } as const
  expect(explainNodes([machine], true)).toEqual({
    state: 'ok',
    found: 'runner: containerd 2.1.9 at /run/c.sock, through sudo: layer by layer',
  })
  const bare = { ...machine, userland: 'busybox', startedBy: [] } as const
  expect(explainNodes([bare], true).found).toBe(
    'runner: containerd 2.1.9 at /run/c.sock: whole images',
  )
})

describe('the machine', () => {
  const disk = (freeBytes: number, freeInodes = 900): readonly Filesystem[] => [
    {
      device: 'a' as Filesystem['device'],
      path: '/data',
      totalBytes: 100e9,
      freeBytes,
      totalInodes: 1_000,
      freeInodes,
      uses: [{ kind: 'docker' }],
    },
  ]

  test.each([
    ['roomy', disk(50e9), { state: 'ok' }],
    ['tight', disk(10e9), { state: 'no', isNeeded: false }],
    ['full', disk(0.5e9), { state: 'no', isNeeded: true }],
    ['without inodes', disk(50e9, 10), { state: 'no', found: expect.stringContaining('inodes') }],
    ['out of sight', [], { state: 'unknown' }],
  ])('a disk that is %s', (_, filesystems, answer) => {
    expect(explainDisk(filesystems, 'laptop')).toMatchObject(answer)
  })

  test("what frees the disk is the place's", () => {
    expect(explainDisk(disk(1), 'hosted')).toMatchObject({
      remedy: expect.stringContaining('free-disk: always'),
    })
  })

  test('memory, cgroups and inotify', () => {
    expect(explainMemory(16e9, 8e9).state).toBe('ok')
    expect(explainMemory(16e9, 1e9).state).toBe('no')
    expect(explainMemory(16e9, undefined).state).toBe('ok')
    expect(['1', '2', undefined].map((version) => explainCgroups(version).state)).toEqual([
      ...['no', 'ok', 'unknown'],
    ])
    const few = { watches: 8_192, instances: 128 }
    expect(explainInotify({ watches: 524_288, instances: 512 }, 'laptop').state).toBe('ok')
    expect(explainInotify({ watches: Number.NaN, instances: 512 }, 'laptop').state).toBe('unknown')
    for (const place of places) {
      expect(explainInotify(few, place)).toMatchObject({
        state: 'no',
        remedy: expect.stringContaining('fs.inotify.max_user_watches=524288'),
      })
    }
  })

  test('sudo, buildx', () => {
    expect(explainSudo(0, 'all').state).toBe('ok')
    expect(explainSudo(1_000, 'all').state).toBe('ok')
    expect(explainSudo(1_000, { said: 'sudo: a password is required' })).toMatchObject({
      state: 'no',
    })
    expect(explainBuildx([0, 12]).state).toBe('no')
    expect(explainBuildx([0, 13]).state).toBe('ok')
    expect(explainBuildx([0, 0]).state).toBe('ok')
  })
})

describe('the network', () => {
  const login = { HTTPS_PROXY: 'http://me:hush@proxy.acme:3128' }

  test.each([
    ['none', {}, [], 'ok'],
    ['with exceptions', { ...login, no_proxy: 'acme, 127.0.0.1' }, [], 'ok'],
    ['without exceptions', login, [], 'no'],
    ['that is no address', { https_proxy: 'socks5://x' }, [], 'no'],
    ['that nobody answers at', { ...login, NO_PROXY: '*' }, ['HTTPS_PROXY: nobody'], 'no'],
  ] as const)('a proxy: %s', (_, env, unreachable, state) => {
    const answer = explainProxies(env, unreachable)
    expect(answer.state).toBe(state)
    expect(JSON.stringify(answer)).not.toContain('hush')
  })

  test('the Actions cache', () => {
    const states = [200, 204, 401, 403, 500].map((status) => explainCache(status, '', 'host').state)
    expect(states).toEqual(['ok', 'ok', 'no', 'no', 'unknown'])
  })

  test('the Actions cache is asked in the way that it has', async () => {
    const service = await startCacheService()
    const newer = { ACTIONS_RESULTS_URL: service.resultsUrl, ACTIONS_CACHE_SERVICE_V2: 'True' }
    const older = { ACTIONS_CACHE_URL: service.olderUrl }
    const ask = (env: object, token = service.token) =>
      checkCache(
        { ...env, ACTIONS_RUNTIME_TOKEN: token },
        'self-hosted',
        new AbortController().signal,
      ).then(({ state }) => state)
    try {
      const states = [ask(newer), ask(older), ask(newer, 'other'), ask(older, 'other')]
      expect(await Promise.all(states)).toEqual(['ok', 'ok', 'no', 'no'])
    } finally {
      await service.stop()
    }
  })
})

test('a failure says itself what mends it; of all else nobody knows', () => {
  const cause = new Error('why')
  expect(toAnswer(new Failure('There is none', { cause, remedy: 'Make one.' }))).toEqual({
    state: 'no',
    found: 'There is none: why',
    remedy: 'Make one.',
    isNeeded: false,
  })
  expect(toAnswer(new Error('odd'))).toEqual({ state: 'unknown', found: 'odd' })
})
