import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { baseImage } from './testbed.ts'

/** A token as GitHub writes them, of no use to anybody. */
export const falseToken = `ghp_${'0aZ'.repeat(12)}`

const makeFiles = (folders: readonly string[], bytes: number): string =>
  // Of different sizes, so that none is the copy of another.
  folders.map((folder, at) => `put ${folder}/x ${bytes + at}`).join(' && ')

const put = 'put() { mkdir -p "$(dirname "$1")" && truncate -s "$2" "$1"; }'

const cacheFolders = [
  ...['/var/lib/apt/lists', '/var/cache/apk', '/var/cache/dnf', '/root/.cache/pip/http-v2'],
  ...['/root/.cache/uv/wheels', '/root/.cache/pypoetry/cache', '/opt/conda/pkgs/numpy'],
  ...['/root/.npm/_cacache/content-v2', '/usr/local/share/.cache/yarn/v6', '/root/.pnpm-store/v3'],
  ...['/root/.cache/go-build/00', '/usr/local/cargo/registry/cache'],
]

const needlessFolders = [
  ...['/opt/app/__pycache__', '/usr/lib/python3/dist-packages/numpy/tests', '/usr/share/man/man1'],
  '/usr/share/locale/de',
]

const core =
  "printf '\\177ELF\\2\\1\\1\\0\\0\\0\\0\\0\\0\\0\\0\\0\\4\\0' >/opt/core && truncate -s 20000 /opt/core"

const stanza = (name: string, kilobytes: number): string =>
  `printf 'Package: ${name}\\nStatus: install ok installed\\nInstalled-Size: ${kilobytes}\\n\\n' >>/var/lib/dpkg/status`

/** One sin a line, by the name of its rule, or some that one line commits. */
const sins: readonly (readonly [rules: string, instruction: string])[] = [
  [
    'caches',
    // conda's own list, without which its folder is only called so.
    `RUN ${put}; ${makeFiles(cacheFolders, 1_100_000)} && touch /opt/conda/pkgs/urls.txt`,
  ],
  ['needless', `RUN ${put}; ${makeFiles(needlessFolders, 10_100_000)}`],
  ['copied', 'COPY . /app'],
  ['model-file', 'RUN truncate -s 100000001 /opt/model.safetensors'],
  ['log-file', 'RUN truncate -s 10000001 /var/log/app.log'],
  ['static-libraries', 'RUN truncate -s 10000002 /usr/lib/libx.a'],
  ['core-dump', `RUN ${core}`],
  ['build-tools', `RUN ${stanza('gcc-99', 20_000)} && ${stanza('nano', 90_000)}`],
  [
    'files',
    'RUN mkdir /w && cd /w && for i in 1 2 3 4; do truncate -s $((2000000 + i)) $i; done; mkdir o p && truncate -s 3000005 o/x && truncate -s 4000006 p/x',
  ],
  ['metadata-copies', 'RUN chown 7:8 /w/1'],
  ['linked-copies', 'RUN ln /w/2 /w/linked'],
  ['rewritten', 'RUN echo more >>/w/3'],
  ['deleting', 'RUN rm /w/4 && rm -r /w/o /w/p && mkdir /w/o'],
  ['same-content', 'RUN head -c 1500000 /dev/urandom >/opt/a && cp /opt/a /opt/b'],
  ['credentials-in-history', `ENV TOKEN=${falseToken}`],
]

export const sinfulDockerfile = (): string =>
  [`FROM ${baseImage()}`, ...sins.map(([, instruction]) => instruction), ''].join('\n')

/** Rules whose sins are other images': scenarios/image-rules-all.test.ts. */
export const sinsElsewhere: ReadonlySet<string> = new Set([
  // A single stage is told of in its place.
  'build-tools',
  ...['build-base', 'full-python-base', 'large-context', 'node-dev-packages'],
  ...['cuda-orphaned', 'cuda-unused', 'cuda-twice', 'never-imported'],
  ...['orphaned-distributions', 'distribution-twice', 'distribution-replaced'],
  ...['distribution-asked-twice', 'writable-by-all', 'readable-key'],
  ...['copied-before-install', 'copied-without-link'],
])

/** The line of a sin. */
export const lineOf = (rules: string): number => sins.findIndex(([name]) => name === rules) + 2

/**
 * What resembles sins and is none: links that lead outside, files of those names without a secret, too little,
 * what the base has, what is gone within its own line.
 */
export const cleanDockerfile = (): string => `FROM ${baseImage()}
RUN ${put}; put /root/.cache/uv/wheels/x 1200000 && put /root/.cache/pip/x 999000 && mkdir /env && ln /root/.cache/uv/wheels/x /env/x
COPY clean /app
RUN truncate -s 99000000 /opt/model.safetensors && truncate -s 100000003 /opt/data.parquet && truncate -s 9000000 /var/log/app.log
RUN printf core >/opt/core && ${stanza('gcc-98', 2_000)} && ${stanza('nano', 90_000)}
RUN truncate -s 5000000 /tmp/x && rm /tmp/x && chown 7 /etc/hostname && rm /usr/bin/perl && echo >>/etc/passwd
RUN head -c 900000 /dev/urandom >/opt/a && cp /opt/a /opt/b && head -c 1500000 /dev/urandom >/opt/c && ln /opt/c /opt/d && mkdir -p /opt/__pycache__
ENV TOKEN=none
`

const many = (bytes: number): string => '.'.repeat(bytes)

const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345678\n`

const files: Readonly<Record<string, string>> = {
  '.git/HEAD': 'ref: refs/heads/main\n',
  '.git/objects/pack/p.pack': many(200_000),
  '.venv/pyvenv.cfg': 'home = /usr/bin\n',
  '.venv/lib/x.py': many(1_200_000),
  'node_modules/a/index.js': many(10_300_000),
  'node_modules/.cache/x': many(1_400_000),
  'weights.bin': pointer,
  '.npmrc': `//registry.npmjs.org/:_authToken=${falseToken}\n`,
  'clean/.npmrc': '//registry.npmjs.org/:_authToken=$NPM_TOKEN\n',
  'clean/.netrc': 'machine github.com login x\n',
  'clean/id_rsa': 'ssh-rsa AAAA\n',
  'clean/weights.bin': `${pointer.slice(8)}\n`,
  'clean/submodule/.git': `gitdir: ../.git/modules/x\n${many(200_000)}`,
}

/** Both Dockerfiles and the context of the first, in which that of the second is a folder. */
export const writeSinfulContext = async (workspace: string): Promise<void> => {
  const all = {
    ...files,
    Dockerfile: sinfulDockerfile(),
    'clean.Dockerfile': cleanDockerfile(),
    'clean.Dockerfile.dockerignore': '*\n!clean\n',
  }
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(workspace, path)), { recursive: true })
    await writeFile(join(workspace, path), text)
  }
}
