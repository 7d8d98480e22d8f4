import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { falseToken } from '../sinful-image.ts'
import type { Case, Files } from './case.ts'

const execute = promisify(execFile)

const pem = { format: 'pem' } as const
const pair = generateKeyPairSync('ed25519', {
  privateKeyEncoding: { type: 'pkcs8', ...pem },
  publicKeyEncoding: { type: 'spki', ...pem },
})

/** Each kind of file with a secret in it, and the same names without one. */
const homes: Readonly<Record<'sin' | 'clean', Files>> = {
  sin: {
    '.netrc': `machine github.com login x-access-token password ${falseToken}\n`,
    '.git-credentials': `https://x-access-token:${falseToken}@github.com\n`,
    '.gitconfig': `[url "https://x:${falseToken}@github.com/"]\n\tinsteadOf = git@github.com:\n`,
    '.ssh/deploy': pair.privateKey,
    '.npmrc': `//registry.npmjs.org/:_authToken=${falseToken}\n`,
    '.pypirc': '[pypi]\nusername = __token__\npassword = pypi-of-no-use\n',
    '.docker/config.json': '{"auths":{"ghcr.io":{"auth":"bm9ib2R5Om5vbmU="}}}',
    '.aws/credentials': '[default]\naws_secret_access_key = of/no/use\n',
    '.kube/config': 'users:\n- name: admin\n  user:\n    token: of-no-use\n',
  },
  clean: {
    '.netrc': 'machine github.com login somebody\n',
    '.git-credentials': 'https://github.com\n',
    '.gitconfig': '[url "https://github.com/"]\n\tinsteadOf = git@github.com:\n',
    '.ssh/deploy.pub': pair.publicKey,
    '.ssh/known_hosts': 'github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5\n',
    // As npm's own documentation has it in images.
    '.npmrc':
      '//registry.npmjs.org/:_authToken=$' + '{NPM_TOKEN}\nregistry=https://registry.npmjs.org/\n',
    '.pypirc': '[distutils]\nindex-servers = pypi\n',
    '.docker/config.json': '{"auths":{},"credsStore":"ecr-login"}',
    '.aws/config': '[default]\nregion = eu-central-1\n',
    '.kube/config': 'contexts: []\nusers: []\n',
  },
}

/** Parts of them that nothing may show. */
export const credentials: readonly string[] = [
  falseToken,
  ...pair.privateKey.split('\n').slice(1, 2),
  'pypi-of-no-use',
  'bm9ib2R5Om5vbmU=',
]

const below = (folder: string, files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]))

/** A clone as actions/checkout leaves it: with the token in the repository's own configuration. */
const checkOut = async (folder: string): Promise<void> => {
  const inFolder = { cwd: join(folder, 'checkout') }
  await mkdir(inFolder.cwd, { recursive: true })
  await execute('git', ['init', '--quiet', '--template='], inFolder)
  const header = `AUTHORIZATION: basic ${Buffer.from(`x-access-token:${falseToken}`).toString('base64')}`
  await execute('git', ['config', 'http.https://github.com/.extraheader', header], inFolder)
}

/** Of the step, for the one Dockerfile that mounts it. */
export const mountedSecret = { id: 'rules_token', value: 'x7Qp0aZ9x7Qp0aZ9' } as const

export const secretCases: readonly Case[] = [
  {
    name: 'credentials: all kinds',
    line: 2,
    sin: ['FROM tiny', 'COPY sin /root'],
    clean: ['FROM tiny', 'COPY clean /root'],
    files: { ...below('sin', homes.sin), ...below('clean', homes.clean) },
  },
  {
    name: 'credentials: removed later',
    line: 2,
    sin: ['FROM tiny', 'COPY npmrc /app/.npmrc', 'RUN touch /app/done', 'RUN rm /app/.npmrc'],
    clean: [
      'FROM tiny',
      `RUN --mount=type=secret,id=${mountedSecret.id},required=true,target=/app/.npmrc test -s /app/.npmrc && touch /app/done`,
    ],
    files: { npmrc: String(homes.sin['.npmrc']) },
  },
  {
    name: 'credentials: of a checkout',
    line: 2,
    sin: ['FROM tiny', 'COPY checkout /app'],
    clean: ['FROM tiny', 'COPY checkout /app'],
    ignored: ['**/.git'],
    files: { 'checkout/main.py': 'pass\n' },
    prepare: checkOut,
  },
  {
    name: 'credentials-in-history',
    line: 3,
    sin: ['FROM tiny', `ARG GH_TOKEN=${falseToken}`, 'RUN env | grep -q GH_TOKEN && touch /cloned'],
    clean: [
      'FROM tiny',
      `RUN --mount=type=secret,id=${mountedSecret.id},required=true test -s /run/secrets/${mountedSecret.id} && touch /cloned`,
    ],
  },
  {
    name: 'readable-key',
    line: 2,
    sin: ['FROM tiny', 'COPY tls /etc/tls'],
    clean: ['FROM tiny', 'COPY --chmod=0400 tls/server.key /etc/tls/', 'COPY public /etc/tls'],
    files: { 'tls/server.key': pair.privateKey, 'public/server.pem': pair.publicKey },
  },
]
