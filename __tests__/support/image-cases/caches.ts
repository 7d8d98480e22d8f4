import { type Case, type Files, lay } from './case.ts'

/**
 * What a tool leaves in its cache, as it lays it out, and what it installs beside it. The real apt, npm and
 * pip are in `real-tools.ts`.
 */
type Tool = {
  readonly name: string
  readonly cache: string
  readonly inCache: Files
  readonly installed: Files
}

const hash = 'ab03c5d1e8f94a7bb2d6'

const tools: readonly Tool[] = [
  {
    name: 'apk',
    cache: '/var/cache/apk',
    inCache: { 'APKINDEX.b53994b4.tar.gz': 1_210_000, 'git-2.45.2-r0.77f4b9c9.apk': 1_220_000 },
    installed: { 'usr/bin/git': 900_000 },
  },
  {
    name: 'dnf',
    cache: '/var/cache/dnf',
    inCache: {
      [`fedora-${hash}/repodata/0f3c-primary.xml.zst`]: 1_230_000,
      'fedora.solv': 1_240_000,
      'expired_repos.json': '[]',
    },
    installed: { 'usr/bin/git': 910_000 },
  },
  {
    name: 'uv',
    cache: '/root/.cache/uv',
    inCache: {
      'CACHEDIR.TAG': 'Signature: 8a477f597d28d172789f06886806bc55',
      '.gitignore': '*',
      [`archive-v0/${hash}/numpy/core.so`]: 1_250_000,
      'simple-v16/pypi/numpy.rkyv': 12_000,
    },
    installed: { 'venv/lib/python3.12/site-packages/numpy/core.so': 1_250_001 },
  },
  {
    name: 'poetry',
    cache: '/root/.cache/pypoetry/artifacts',
    inCache: {
      '4a/9e/77/1f/numpy-2.1.0-cp312-manylinux.whl': 1_260_000,
    },
    installed: {
      'root/.cache/pypoetry/virtualenvs/app-x-py3.12/lib/python3.12/site-packages/numpy/core.so': 1_270_000,
    },
  },
  {
    name: 'conda',
    cache: '/opt/conda/pkgs',
    inCache: {
      'numpy-2.1.0-py312_0.conda': 1_280_000,
      'numpy-2.1.0-py312_0/info/index.json': '{}',
      'numpy-2.1.0-py312_0/lib/core.so': 1_290_000,
    },
    installed: {
      'opt/conda/conda-meta/numpy-2.1.0-py312_0.json': '{}',
      'opt/conda/lib/core.so': 1_290_001,
    },
  },
  {
    name: 'yarn',
    cache: '/usr/local/share/.cache/yarn',
    inCache: {
      [`v6/npm-react-18.3.1-${hash}-integrity/node_modules/react/index.js`]: 1_300_000,
      [`v6/npm-react-18.3.1-${hash}-integrity/node_modules/react/.yarn-metadata.json`]: '{}',
    },
    installed: { 'app/node_modules/react/index.js': 800_000 },
  },
  {
    name: 'pnpm',
    cache: '/root/.local/share/pnpm/store',
    inCache: { [`v10/files/0a/${hash}`]: 1_310_000, [`v10/index/0b/${hash}.json`]: '{}' },
    installed: { 'app/node_modules/.pnpm/react@18.3.1/node_modules/react/index.js': 810_000 },
  },
  {
    name: 'go',
    cache: '/root/.cache/go-build',
    inCache: {
      [`00/00${hash}-d`]: 1_320_000,
      [`00/00${hash}-a`]: 'v1',
      README: 'This directory holds cached build artifacts from the Go build system.',
    },
    installed: { 'usr/local/bin/server': 950_000 },
  },
  {
    name: 'cargo',
    cache: '/usr/local/cargo/registry',
    inCache: {
      'cache/index.crates.io-6f17d22bba15001f/serde-1.0.210.crate': 1_330_000,
      'src/index.crates.io-6f17d22bba15001f/serde-1.0.210/src/lib.rs': 20_000,
    },
    installed: { 'usr/local/bin/server': 960_000 },
  },
]

const toCase = ({ name, cache, inCache, installed }: Tool): Case => {
  const made = { ...installed }
  const files = Object.fromEntries([
    ...Object.entries(made).map(([path, content]) => [`made/${path}`, content]),
    ...Object.entries(inCache).map(([path, content]) => [`made${cache}/${path}`, content]),
  ])
  // Of one id, so that each run of this test writes over what the one before has left in the builder.
  const mount = `--mount=type=cache,id=slipway-rules-${name},target=${cache}`
  return {
    name: `cache-${name}`,
    line: 2,
    sin: ['FROM tiny', lay('made')],
    clean: ['FROM tiny', lay('made', [mount])],
    saves: true,
    files,
  }
}

/** A mount that misses the cache of another user, which is told with it. */
const missed: Case = {
  name: 'cache-pip: mounted elsewhere',
  line: 2,
  sin: [
    'FROM tiny',
    lay('made', ['--mount=type=cache,id=slipway-rules-pip,target=/root/.cache/pip']),
  ],
  clean: [
    'FROM tiny',
    lay('made', ['--mount=type=cache,id=slipway-rules-app-pip,target=/home/app/.cache/pip']),
  ],
  saves: true,
  files: { 'made/home/app/.cache/pip/http-v2/0/1/2/3/4/01234.body': 1_340_000 },
}

export const cacheCases: readonly Case[] = [...tools.map(toCase), missed]
