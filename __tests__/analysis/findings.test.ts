import { describe, expect, test } from 'vitest'
import { copyOf, file, folder, linkTo, top, whiteout } from '../support/entries.ts'
import { find, findIn, withFolders } from '../support/findings.ts'

const pip = file('root/.cache/pip/x', 2_000_000)

describe('a cache', () => {
  test('is found where it is worth a word', async () => {
    expect(await find([withFolders(pip)])).toEqual(['cache-pip@1 2000000'])
    expect(await find([withFolders(file('root/.cache/pip/x', 999_999))])).toEqual([])
    expect(await find([withFolders(file('srv/pip/x', 2_000_000))])).toEqual([])
  })

  test('is there although the line mounts one: elsewhere', async () => {
    const instructions = ['RUN --mount=type=cache,target=/home/a/.cache pip install x']
    expect(await find([withFolders(pip)], { instructions })).toEqual([
      'cache-pip@1 2000000 elsewhere',
    ])
  })

  test('is nothing of which all is elsewhere, too', async () => {
    expect(await find([withFolders(pip, linkTo(pip, 'env/x'))])).toEqual([])
    const inside = withFolders(pip, linkTo(pip, 'root/.cache/pip/y'))
    expect(await find([inside])).toEqual(['cache-pip@1 2000000'])
  })

  test("is the base's where the base has it", async () => {
    expect(await find([[top]], { base: withFolders(pip) })).toEqual([])
  })

  test('that a later line deletes is told as that', async () => {
    const deleted = [top, folder('root'), folder('root/.cache'), whiteout('root/.cache/pip')]
    expect(await find([withFolders(pip), deleted])).toEqual(['deleted-later@1 2000000'])
  })
})

describe('the fix of a cache names what was found', () => {
  const removed = (mounts: string, some = 'the folder') =>
    expect.stringMatching(new RegExp(`\\(${mounts}\\), or remove ${some} in the same RUN`))
  const mount = (target: string) => `\`--mount=type=cache,target=${target}\``
  const fixOf = async (...paths: readonly string[]) => {
    const layer = withFolders(...paths.map((path, at) => file(path, 9_000_000 - at)))
    const [found] = await findIn([layer])
    return found?.fix ?? found?.rule.fix
  }

  test.each([
    ['var/cache/libdnf5/fedora/x.solv', '/var/cache/libdnf5'],
    ['go/pkg/mod/cache/download/x.zip', '/go/pkg/mod'],
    ['home/app/.cache/pip/x', '/home/app/.cache/pip'],
    ['root/.yarn/berry/cache/x.zip', '/root/.yarn/berry/cache'],
    ['home/app/.cargo/registry/x.crate', '/home/app/.cargo/registry'],
    ['home/node/.npm/_cacache/x', '/home/node/.npm'],
    ['root/.cache/pypoetry/artifacts/x', '/root/.cache/pypoetry/artifacts'],
  ])('%s is below %s', async (path, target) => {
    expect(await fixOf(path)).toEqual(removed(mount(target)))
  })

  test('once for each folder, the largest first', async () => {
    expect(await fixOf('go/pkg/mod/cache/download/x', 'root/.cache/go-build/y')).toEqual(
      removed(`${mount('/go/pkg/mod')}, ${mount('/root/.cache/go-build')}`, 'the folders'),
    )
  })

  test('but for names that an option would not take, and where it mounts none', async () => {
    expect(await fixOf('home/a,b/.cache/pip/x')).toEqual(removed(mount('/root/.cache/pip')))
    expect(await fixOf('home/a b/.cache/pip/x', 'home/c/.cache/pip/x')).toEqual(
      removed(mount('/home/c/.cache/pip')),
    )
    expect(await fixOf('var/cache/apt/x')).toContain('apt-get clean')
    expect(await fixOf('opt/conda/pkgs/x.conda')).toContain('conda clean')
  })
})

test('Poetry installs beside its cache, and what it installs is none', async () => {
  const cache = ['cache/repositories/x', 'artifacts/y'].map((path) =>
    file(`root/.cache/pypoetry/${path}`, 700_000),
  )
  const environment = file('root/.cache/pypoetry/virtualenvs/app-py3.12/lib/x.so', 5_000_000)
  expect(await find([withFolders(environment)])).toEqual([])
  expect(await find([withFolders(environment, ...cache)])).toEqual(['cache-poetry@1 1400000'])
})

test.each(['.pnp.cjs', '.pnp.js'])(
  "Yarn's cache is where programs with %s load from",
  async (name) => {
    const cache = ['root/.yarn/berry/cache/x.zip', 'app/.yarn/cache/y.zip'].map((path) =>
      file(path, 2_000_000),
    )
    expect(await find([withFolders(...cache)])).toEqual(['cache-yarn@1 4000000'])
    expect(await find([withFolders(...cache, file(`app/${name}`, 10))])).toEqual([])
    const other = file(`app/x${name}`, 10)
    expect(await find([withFolders(...cache, other)])).toEqual(['cache-yarn@1 4000000'])
  },
)

test.each(['opt/conda', 'root/miniconda3', 'root/micromamba', 'root/.local/share/mamba'])(
  "conda's packages in %s are a cache",
  async (root) => {
    const layers = [withFolders(file(`${root}/pkgs/x.conda`, 2_000_000))]
    expect(await find(layers)).toEqual(['cache-conda@1 2000000'])
  },
)

test('bytecode is what pip compiles, whatever the environment says', async () => {
  const bytecode = file('usr/lib/python3/site-packages/x/__pycache__/x.pyc', 20_000_000)
  const [found] = await findIn([withFolders(bytecode)])
  expect(found?.rule.id).toBe('bytecode')
  expect(found?.rule.fix).toMatch(/^Install with `pip install --no-compile` /)
})

test.each([
  ['app/analytics/pkgs/core/index.js', 'app/analytics/pkgs/package.json'],
  ['srv/microservices/pkgs/api/server.jar', 'srv/microservices/pkgs/urls.txt'],
  ['srv/minimal/pkgs/x.conda', 'srv/minimal/pkgs/urls.txt'],
  ['srv/conda/pkgs/channel.js', 'srv/conda/pkgs/package.json'],
  ['src/go/pkg/mod/model.bin', 'src/go/pkg/mod/cache/model.go'],
])('%s beside %s is in a folder that is only called as a cache is', async (path, other) => {
  expect(await find([withFolders(file(path, 3_000_000), file(other, 10))])).toEqual([])
})

test.each([
  ['opt/conda/pkgs/numpy-2.1.0/lib/core.so', 'opt/conda/pkgs/numpy-2.1.0/info/index.json', 'conda'],
  ['root/anaconda3/pkgs/x/lib/core.so', 'root/anaconda3/pkgs/urls.txt', 'conda'],
  ['opt/mambaforge/pkgs/x/lib/core.so', 'opt/mambaforge/pkgs/x.tar.bz2', 'conda'],
  ['go/pkg/mod/x@v1.0.0/x.go', 'go/pkg/mod/cache/download/x/@v/list', 'go'],
  ['root/.cache/go-build/00/00ab-d', 'root/.cache/go-build/README', 'go'],
])('%s beside %s is in the cache of a tool', async (path, other, tool) => {
  expect(await find([withFolders(file(path, 3_000_000), file(other, 10))])).toEqual([
    `cache-${tool}@1 3000010`,
  ])
})

test.each(['root/.local/share/pnpm/store', 'app/.pnpm-store'])(
  'pnpm 11 runs what is global out of links in %s, which then is no mere cache',
  async (store) => {
    const inStore = file(`${store}/v11/files/0a/bc`, 3_000_000)
    expect(await find([withFolders(inStore)])).toEqual(['cache-pnpm@1 3000000'])
    expect(await find([withFolders(inStore, folder(`${store}/v11/links`))])).toEqual([
      'cache-pnpm@1 3000000',
    ])
    const linked = linkTo(inStore, `${store}/v11/links/@/tsc/5.0.0/ab/node_modules/tsc/tsc.js`)
    expect(await find([withFolders(inStore, linked)])).toEqual([])
    const metadata = file('root/.cache/pnpm/metadata/x.json', 2_000_000)
    expect(await find([withFolders(inStore, linked, metadata)])).toEqual(['cache-pnpm@1 2000000'])
  },
)

test('an environment in the cache of uv is what uvx runs', async () => {
  const cached = file('root/.cache/uv/archive-v0/ab/lib/python3.12/site-packages/x.so', 3_000_000)
  expect(await find([withFolders(cached)])).toEqual(['cache-uv@1 3000000'])
  const environment = file('root/.cache/uv/archive-v0/ab/pyvenv.cfg', 100)
  expect(await find([withFolders(cached, environment)])).toEqual([])
  const elsewhere = file('app/.venv/pyvenv.cfg', 100)
  expect(await find([withFolders(cached, elsewhere)])).toEqual(['cache-uv@1 3000000'])
})

test("a virtual environment is a sin only of the build's context", async () => {
  const env = withFolders(file('app/venv/pyvenv.cfg', 50), file('app/venv/lib/x', 2_000_000))
  const of = (instruction: string) => find([env], { instructions: [instruction] })
  expect(await of('COPY . /app')).toEqual(['virtual-environment@1 2000050'])
  expect(await of('COPY --from=build /app /app')).toEqual([])
  expect(await of('RUN python -m venv /app/venv')).toEqual([])
})

describe('a copy of what the base has', () => {
  const lower = file('lib', 5_000_000)
  const options = { base: [top, lower] }

  test('is a sin of the line that changes its owner', async () => {
    expect(await find([[top, copyOf(lower, { uid: 1 })]], options)).toEqual([
      'metadata-copies@1 5000000',
    ])
  })

  test('is none of a line that writes it anew or deletes it: only squashing loses it', async () => {
    expect(await find([[top, file('lib', 5_000_000)]], options)).toEqual([])
    expect(await find([[top, whiteout('lib')]], options)).toEqual([])
  })
})

test.each([
  ['.netrc', 'machine x login y password z', true],
  ['.netrc', 'machine x login y', false],
  ['root/.ssh/id_rsa', '-----BEGIN RSA PRIVATE KEY-----', true],
  ['root/.ssh/known_hosts', 'github.com ssh-rsa AAAA', false],
  ['app/.npmrc', '//r/:_authToken=abc', true],
  ['app/.npmrc', `//r/:_authToken=\${TOKEN}`, false],
  ['app/.git/config', '\textraheader = AUTHORIZATION: basic eA==', true],
  ['app/.git/config', '\turl = https://github.com/a/b', false],
  ['.git-credentials', 'https://x:y@github.com', true],
  ['.pypirc', '[pypi]\npassword = x', true],
  ['root/.docker/config.json', '{"auths":{"r":{"auth":"eA=="}}}', true],
  ['root/.docker/config.json', '{"auths":{}}', false],
  ['root/.aws/credentials', 'aws_secret_access_key = x', true],
  ['root/.aws/credentials', 'aws_secret_access_key = wJalrXUtnFEMI/bPxRfiCYEXAMPLEKEY', false],
  ['root/.aws/credentials', 'aws_secret_access_key = wJalrXUtnFEMI/bPxRfiCYEXAMPLEKEX', true],
  ['root/.kube/config', 'client-key-data: eA==', true],
  ['usr/share/netrc', 'password x', false],
  ['.netrc', 'machine x login y password $TOKEN\n', false],
  ['.netrc', `machine x login y password  \${TOKEN}`, false],
  ['.netrc', 'machine x password $TOKEN machine y password z', true],
  ['.netrc', 'machine x login y password $3cr3t', true],
  ['.netrc', 'machine x login y password $ecret!', true],
  ['.pypirc', `[pypi]\npassword = \${X}\n`, false],
  ['.pypirc', '[pypi]\npassword: "$X"\n', false],
  ['.pypirc', '[pypi]\npassword = $X-y\n', true],
  ['root/.gitconfig', `[url "https://x-access-token:\${GH}@github.com/"]`, false],
  ['root/.gitconfig', '[url "https://x-access-token:$GH@github.com/"]', false],
  ['root/.gitconfig', '[url "https://x-access-token:$GH-1@github.com/"]', true],
  ['.git-credentials', `https://x:\${TOKEN}@github.com`, false],
  ['root/.kube/config', 'user:\n  token: ""\n', false],
  ['root/.kube/config', "user:\n  token: ''\n", false],
  ['root/.kube/config', 'user:\n  token: $TOKEN\n', false],
  ['root/.kube/config', 'user:\n  token: "x"\n', true],
  ['root/.kube/config', 'user:\n  token: ""\nuser:\n  token: x\n', true],
  ['app/node_modules/ssh2/test/fixtures/id_rsa', '-----BEGIN RSA PRIVATE KEY-----', false],
  ['v/site-packages/paramiko/tests/.ssh/deploy', '-----BEGIN RSA PRIVATE KEY-----', false],
  ['var/gems/net-ssh-7.0/test/id_ed25519', '-----BEGIN OPENSSH PRIVATE KEY-----', false],
  ['app/node_modules/deploy/id_rsa', '-----BEGIN RSA PRIVATE KEY-----', true],
  ['app/test/fixtures/id_rsa', '-----BEGIN RSA PRIVATE KEY-----', true],
  ['app/tests/node_modules/x/id_rsa', '-----BEGIN RSA PRIVATE KEY-----', true],
  ['app/node_modules/x/test/.npmrc', '//r/:_authToken=abc', true],
])('%s with %j holds credentials: %s', async (path, text, isSecret) => {
  const layers = [withFolders(file(path, text.length)), [top, whiteout(path)]]
  // Also of a file that is deleted, and of one that is the base's.
  const expected = isSecret ? [expect.stringMatching(/^credentials@/)] : []
  expect(await find(layers, { texts: { [path]: text } })).toEqual(expected)
  const base = withFolders(file(path, text.length))
  expect(await find([[top]], { base, texts: { [path]: text } })).toEqual(expected)
})

test("a token in history or environment is told without its value, at its line's layer", async () => {
  const token = `ghp_${'x'.repeat(36)}`
  const history = [{}, { created_by: `ENV A=${token}`, empty_layer: true }, { created_by: 'RUN x' }]
  expect(await find([[top]], { config: { history } })).toEqual(['credentials-in-history@1 0'])
  expect(await find([[top]], { config: { config: { Env: [`A=${token}`] } } })).toEqual([
    'credentials-in-history@1 0',
  ])
  expect(await find([[top]], { config: { history: [{ created_by: 'ENV A=ghp_short' }] } })).toEqual(
    [],
  )
})

test.each([
  ['AKIAIOSFODNN7EXAMPLE', false],
  ['AKIAI44QH8DHBEXAMPLE', false],
  ['AKIAI44QH8DHBEXAMPLF', true],
  ['ASIAEXAMPLE012345678', true],
])("%s is Amazon's own and no example: %s", async (key, isFound) => {
  const config = { config: { Env: [`AWS_ACCESS_KEY_ID=${key}`] } }
  expect(await find([[top]], { config })).toEqual(isFound ? ['credentials-in-history@1 0'] : [])
})

describe('a file that has kept its size', () => {
  const layers = [
    [top, file('a', 2_000_000)],
    [top, file('a', 2_000_000)],
  ]

  test('was only touched where its content is the same', async () => {
    expect(await find(layers, { texts: { a: 'same' } })).toEqual(['metadata-copies@2 2000000'])
  })

  test('was rewritten where it is not, and where nobody has read it', async () => {
    const texts = { '1 a': 'one', '2 a': 'other' }
    expect(await find(layers, { texts })).toEqual(['rewritten@2 2000000'])
    expect(await find(layers, { texts: {} })).toEqual(['rewritten@2 2000000'])
    const instructions = ['RUN x', 'COPY a /a']
    expect(await find(layers, { texts: { a: 'same' }, instructions })).toEqual([
      'rewritten@2 2000000',
    ])
    expect(await find(layers, { texts: { a: 'same' }, mostHashedBytes: 3e6 })).toEqual([
      'rewritten@2 2000000',
    ])
  })
})

describe('the same content', () => {
  const [one, two] = [file('a', 2_000_000), file('b', 2_000_000)]
  const texts = { a: 'same', b: 'same', c: 'other' }

  test('counts as often as it is more than once', async () => {
    expect(await find([[top, one, two]], { texts })).toEqual(['same-content@1 2000000'])
    expect(await find([[top, one, file('c', 2_000_000)]], { texts })).toEqual([])
    expect(await find([[top, one, linkTo(one, 'b')]], { texts })).toEqual([])
    expect(await find([[top]], { texts, base: [top, one, two] })).toEqual([])
    expect(await find([[top, two]], { texts, base: [top, one] })).toEqual([
      'same-content@1 2000000',
    ])
  })

  test('is not looked for where that would take too long', async () => {
    expect(await find([[top, one, two]], { texts, mostHashedBytes: 3e6 })).toEqual([])
  })
})

describe('build tools', () => {
  const path = 'var/lib/dpkg/status'
  const stanza = (name: string, kilobytes: number, status = 'install ok installed'): string =>
    `Package: ${name}\nStatus: ${status}\nInstalled-Size: ${kilobytes}\n`
  const status = (...stanzas: readonly string[]) => stanzas.join('\n')
  const findWith = (text: string) =>
    find([withFolders(file(path, text.length))], { texts: { [path]: text } })

  test('are packages that only builds need', async () => {
    expect(await findWith(status(stanza('gcc-12', 20_000), stanza('libc6', 9_000)))).toEqual([
      `build-tools@1 ${20_000 * 1024}`,
    ])
    expect(await findWith(stanza('gcc-12-x86-64-linux-gnu', 20_000))).toHaveLength(1)
    expect(await findWith(status(stanza('libssl-dev', 9_000), stanza('g++', 9_000)))).toEqual([
      `build-tools@1 ${18_000 * 1024}`,
    ])
  })

  test.each(['lib/apk/db/installed', 'usr/lib/apk/db/installed'])(
    'of apk are read in %s',
    async (at) => {
      const text = 'P:gcc\nV:14\nI:200000000\n\nP:busybox\nV:1\nI:900000\n\n'
      const found = await find([withFolders(file(at, text.length))], { texts: { [at]: text } })
      expect(found).toEqual(['build-tools@1 200000000'])
    },
  )

  test('are not what was removed, is small, or is called alike', async () => {
    const gone = stanza('gcc', 20_000, 'deinstall ok config-files')
    expect(await findWith(status(gone, stanza('gcc-12-base', 20_000)))).toEqual([])
    expect(await findWith(status(stanza('cmake', 5_000)))).toEqual([])
  })

  test("are not the base's", async () => {
    const text = status(stanza('gcc', 20_000))
    const both = { texts: { [path]: text }, base: withFolders(file(path, text.length)) }
    expect(await find([withFolders(file(path, text.length))], both)).toEqual([])
  })
})

test('a hint needs a hundredth of the image', async () => {
  const library = file('usr/lib/x.a', 11_000_000)
  expect(await find([withFolders(library)])).toEqual(['static-libraries@1 11000000'])
  expect(await find([withFolders(library, file('data', 2e9))])).toEqual([])
})
