/** The images that the cases begin with: a few files each, so that a hundred images are built in a minute. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { unpackBusybox } from '../shaped-images.ts'
import { baseImage, docker, uniqueName } from '../testbed.ts'
import { writeTree } from './write-tree.ts'

const execute = promisify(execFile)

/** Of all images of this run. */
export const prefix = uniqueName('rules')

export const bases = {
  /** A shell and its programs. */
  tiny: `${prefix}/tiny:1`,
  /** The same, under a name as of images that are made to build. */
  devel: `${prefix}/tiny:1-devel`,
  wholePython: `${prefix}.invalid/library/python:3.12`,
  slimPython: `${prefix}.invalid/library/python:3.12-slim`,
  /** This machine's Python with pip. */
  python: `${prefix}/python:1`,
  /** The same with CUDA's libraries, as NVIDIA's images have them. */
  cuda: `${prefix}/python:1-runtime`,
  /** With sins, which are its maker's. */
  sinful: `${prefix}/sinful:1`,
  /** Debian, with dpkg and apt. */
  get whole() {
    return baseImage()
  },
} as const

/** Python as it lies here, with the libraries that it needs; without what Debian keeps pip from. */
const copyPython = `
cd "$1"
read -r program stdlib pip version <<<"$(python3 -c 'import os, pip, sys, sysconfig
print(os.path.realpath(sys.executable), sysconfig.get_path("stdlib"), os.path.dirname(pip.__file__), "python%d.%d" % sys.version_info[:2])')"
to=usr/local/lib/$version
mkdir -p usr/local/bin "$to/site-packages"
for part in EXTERNALLY-MANAGED site-packages dist-packages test idlelib ensurepip tkinter turtledemo lib2to3 'config-*'; do skip+=("--exclude=./$part"); done
tar -C "$stdlib" "\${skip[@]}" -cf - . | tar -C "$to" -xf -
cp -r --preserve=timestamps "$pip" "$pip"-*.dist-info "$to/site-packages/"
cp "$program" "usr/local/bin/$version"
ln -s "$version" usr/local/bin/python3
printf '#!/bin/sh\\nexec python3 -m pip "$@"\\n' >usr/local/bin/pip
chmod 755 usr/local/bin/pip
ldd "$program" "$stdlib"/lib-dynload/*.so | grep -o '=> /[^ ]*\\|^\\s/[^ ]*' | grep -o '/.*' | sort -u | while read -r path; do cp --parents --dereference "$path" .; done
`

const build = async (
  folder: string,
  tags: readonly string[],
  lines: readonly string[],
): Promise<void> => {
  await writeFile(join(folder, 'Dockerfile'), `${lines.join('\n')}\n`)
  const names = tags.map((tag) => `--tag=${tag}`)
  await docker('buildx', 'build', '--quiet', '--load', '--provenance=false', ...names, folder)
}

const buildTiny = async (folder: string): Promise<void> => {
  await mkdir(folder)
  const program = await unpackBusybox(folder)
  const install = ['/bin/busybox', 'sh', '-c', 'busybox --install -s /bin && mkdir -m 1777 /tmp']
  const { tiny, devel, wholePython, slimPython } = bases
  await build(
    folder,
    [tiny, devel, wholePython, slimPython],
    [
      'FROM scratch',
      `COPY ${program} /bin/busybox`,
      'ENV PATH=/usr/local/bin:/usr/bin:/bin',
      `RUN ${JSON.stringify(install)}`,
    ],
  )
}

const sins = {
  'base/root/.cache/pip/http-v2/0/a': 1_300_000,
  'base/var/log/build.log': 12_000_000,
  'base/usr/lib/libold.a': 13_000_000,
  'base/opt/old.safetensors': 101_000_000,
}

const ofPython = [
  'ENV PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels PIP_COMPILE=0 PIP_NO_CACHE_DIR=1',
  'ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PYTHONDONTWRITEBYTECODE=1',
]

/** Builds all of them. */
export const provideBases = async (): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-bases-'))
  const [python, sinful] = [join(folder, 'python'), join(folder, 'sinful')]
  try {
    await Promise.all([
      mkdir(join(python, 'copy'), { recursive: true }),
      writeTree(sinful, sins),
      buildTiny(join(folder, 'tiny')),
    ])
    await execute('bash', ['-euo', 'pipefail', '-c', copyPython, 'bash', join(python, 'copy')])
    await writeTree(python, { 'cuda/libcublas.so.12.4': 16_000_000 })
    const { tiny } = bases
    await build(python, [bases.python], [`FROM ${tiny}`, 'COPY copy /', ...ofPython])
    await build(
      python,
      [bases.cuda],
      [`FROM ${bases.python}`, 'COPY cuda /usr/local/cuda-12.4/lib64/'],
    )
    await build(
      sinful,
      [bases.sinful],
      [`FROM ${tiny}`, 'COPY base /', 'RUN mkdir -m 777 /open && chmod 666 /opt/*'],
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}
