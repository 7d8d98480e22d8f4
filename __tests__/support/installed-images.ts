/** Images of what the real pip, npm and dpkg install; wheels stand in for those of gigabytes. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cp, mkdir, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { baseImage } from './testbed.ts'

const execute = promisify(execFile)

const write = async (folder: string, files: Readonly<Record<string, string | Buffer | number>>) => {
  for (const [path, content] of Object.entries(files)) {
    const whole = join(folder, path)
    await mkdir(dirname(whole), { recursive: true })
    await writeFile(whole, typeof content === 'number' ? '' : content)
    if (typeof content === 'number') await truncate(whole, content)
  }
}

type Wheel = readonly [name: string, version: string, bytes: number, ...requires: string[]]

/** pip takes 2.4.0+cpu for ==2.4.0, too: === is just that. */
const wheels: readonly Wheel[] = [
  ['torch', '2.4.0', 5_000_000, 'nvidia-cublas-cu12', 'triton; platform_system == "Linux"'],
  ['torch', '2.4.0+cpu', 4_000_000],
  ['nvidia-cublas-cu12', '12.1', 15_000_000],
  ['triton', '3.0', 12_000_000],
  ['web', '1.0', 1_000, 'lonely'],
  ['web', '2.0', 1_000],
  ['lonely', '1.0', 3_000_000],
  ['big-one', '1.0', 25_000_000],
]

/** A wheel is a zip (PEP 427); pip writes RECORD anew as it installs. */
const wheelMaker = `
import json, sys, zipfile
for name, version, size, *requires in json.load(sys.stdin):
    plain = name.replace('-', '_')
    info = f'{plain}-{version}.dist-info'
    with zipfile.ZipFile(f'{sys.argv[1]}/{plain}-{version}-py3-none-any.whl', 'w', zipfile.ZIP_DEFLATED) as wheel:
        files = {
            f'{plain}/__init__.py': b'#' * size,
            f'{info}/METADATA': ('\\n'.join(['Metadata-Version: 2.1', f'Name: {name}', f'Version: {version}', *(f'Requires-Dist: {each}' for each in requires)]) + '\\n').encode(),
            f'{info}/WHEEL': b'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n',
        }
        for path, content in files.items():
            wheel.writestr(path, content)
        wheel.writestr(f'{info}/RECORD', ''.join(f'{path},,\\n' for path in [*files, f'{info}/RECORD']))
`

const makeWheels = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true })
  const made = execute('python3', ['-c', wheelMaker, folder])
  made.child.stdin?.end(JSON.stringify(wheels))
  await made
}

/** Where an environment has its distributions. */
const findSite = async (environment: string): Promise<string> => {
  const [python = ''] = await readdir(join(environment, 'lib'))
  return join(environment, 'lib', python, 'site-packages')
}

/** One pip after another, in an environment of its own; what it has installed becomes `to`. */
const installPython = async (
  folder: string,
  to: string,
  commands: readonly (readonly string[])[],
): Promise<void> => {
  const environment = join(folder, 'environment')
  await execute('python3', ['-m', 'venv', '--without-pip', environment])
  for (const [command = '', ...args] of commands) {
    const find = command === 'install' ? ['--no-index', `--find-links=${folder}/wheels`] : ['-y']
    const python = ['-m', 'pip', `--python=${environment}/bin/python`, '--no-input', command]
    await execute('python3', [...python, '--disable-pip-version-check', ...find, ...args])
  }
  await rename(await findSite(environment), join(folder, to))
  await rm(environment, { recursive: true })
}

const writePython = async (folder: string): Promise<void> => {
  await makeWheels(join(folder, 'wheels'))
  await write(folder, {
    'main.py': 'import torch, web\n',
    'all.py': 'import torch, web, big_one\n',
  })
  const sin = [
    ['install', 'torch===2.4.0', 'web==1.0', 'big-one'],
    ['install', 'torch===2.4.0+cpu', 'web==2.0'],
  ]
  await installPython(folder, 'sin', sin)
  const mended = ['uninstall', 'nvidia-cublas-cu12', 'triton', 'lonely']
  await installPython(folder, 'mended', [...sin, mended])
  await installPython(folder, 'cuda', [['install', 'torch===2.4.0', 'web==2.0', 'big-one']])
  await rm(join(folder, 'wheels'), { recursive: true })
}

const npm = (cwd: string, ...args: readonly string[]) =>
  execute('npm', [...args, '--offline', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd })

const writeNode = async (folder: string): Promise<void> => {
  const packageOf = (name: string, bytes: number) => ({
    [`${name}/package.json`]: JSON.stringify({ name, version: '1.0.0' }),
    [`${name}/index.js`]: randomBytes(bytes),
  })
  await write(folder, { ...packageOf('for-tests', 1_500_000), ...packageOf('for-all', 1_200_000) })
  await write(folder, { 'app/package.json': JSON.stringify({ name: 'app', version: '1.0.0' }) })
  for (const name of ['for-tests', 'for-all']) await npm(folder, 'pack', `./${name}`)
  await npm(join(folder, 'app'), 'install', '--save-dev', '../for-tests-1.0.0.tgz')
  await npm(join(folder, 'app'), 'install', '../for-all-1.0.0.tgz')
  await cp(join(folder, 'app'), join(folder, 'pruned'), { recursive: true })
  await npm(join(folder, 'pruned'), 'prune', '--omit=dev')
}

const site = '/usr/local/lib/python3.12/site-packages/'

const ofPython = (environment: string, program: string): string =>
  `FROM ${baseImage()}\nCOPY ${program} /srv/main.py\nCOPY ${environment}/ ${site}\n`

const control = [
  ...['Package: libx-dev', 'Version: 1', 'Architecture: all', 'Maintainer: a <a@b.c>'],
  ...['Installed-Size: 20000', 'Description: headers', ''],
].join('\\n')

/** What is no matter of packages: how it begins, what is copied, who may write and read. */
const ofOthers = (devel: string): string => `FROM ${devel}
COPY . /srv
RUN mkdir -p /d/DEBIAN && printf '${control}' >/d/DEBIAN/control && dpkg-deb --build /d /x.deb && dpkg -i /x.deb && rm -r /d /x.deb
RUN mkdir -m 777 /srv/open && mkdir -m 1777 /srv/sticky && install -m 644 /srv/tls.txt /srv/tls.key
`

const tls = '-----BEGIN PRIVATE KEY-----\nof no use\n-----END PRIVATE KEY-----\n'

/** Contexts below a folder, each with the Dockerfiles of its images. */
export const writeInstalled = async (folder: string, devel: string): Promise<void> => {
  await Promise.all([writePython(join(folder, 'python')), writeNode(join(folder, 'node'))])
  await write(folder, {
    'python/sin.Dockerfile': ofPython('sin', 'main.py'),
    'python/mended.Dockerfile': ofPython('mended', 'all.py'),
    'python/cuda.Dockerfile': ofPython('cuda', 'all.py'),
    'python/gpu.Dockerfile': `${ofPython('cuda', 'all.py')}LABEL gpu=yes\n`,
    'node/sin.Dockerfile': `FROM ${baseImage()}\nCOPY app /app\n`,
    'node/pruned.Dockerfile': `FROM ${baseImage()}\nCOPY pruned /app\n`,
    'other/Dockerfile': ofOthers(devel),
    'other/tls.txt': tls,
    'other/.git/HEAD': 'ref: refs/heads/main\n',
    'other/.git/objects/pack/a.pack': 101_000_000,
  })
}
