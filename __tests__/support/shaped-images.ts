import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unpackPackages } from './debian.ts'
import { baseImage, buildTestImage, docker, uniqueName } from './testbed.ts'

/** Builds an image on another one that has so many layers in all. */
export const buildDeep = async (tag: string, from: string, layers: number): Promise<void> => {
  const format = ['--format', '{{len .RootFS.Layers}}']
  const missing = layers - Number(await docker('image', 'inspect', ...format, from))
  // COPY starts no container, which makes so many layers cheap.
  const steps = Array.from({ length: missing }, (_, i) => `COPY note /deep/${i}/note`)
  await buildTestImage(tag, `FROM ${from}\n${steps.join('\n')}\n`, { note: 'deep' })
}

/** Builds an image with one file of more than 4 GB, of which only the end is on the disk. */
export const buildHuge = async (tag: string): Promise<void> => {
  const make = 'truncate --size=4G /huge && echo end >>/huge'
  await buildTestImage(tag, `FROM ${baseImage()}\nRUN ${make}\n`)
}

/** Builds an image of programs of the base image's and what they need to run: a few files and megabytes. */
export const buildTiny = async (tag: string, programs: readonly string[]): Promise<void> => {
  const copy = `for path in ${programs.join(' ')} $(ldd ${programs.join(' ')} | grep -o '/[^ :]*')`
  const lines = [
    `FROM ${baseImage()} AS whole`,
    `RUN mkdir /tiny && ${copy}; do cp --parents --dereference "$path" /tiny; done`,
    'FROM scratch',
    'COPY --from=whole /tiny /',
    'ENV PATH=/usr/bin:/bin',
  ]
  await buildTestImage(tag, `${lines.join('\n')}\n`)
}

/** Unpacks a static busybox somewhere into a folder; its path in there. */
export const unpackBusybox = async (folder: string): Promise<string> => {
  await unpackPackages(folder, 'busybox-static')
  // Debian 13 moved it below /usr.
  const paths = await readdir(folder, { recursive: true })
  return paths.find((path) => path.endsWith('bin/busybox')) ?? ''
}

/** Builds an image that is a single file, which is also all the tools it has: a static busybox. */
export const buildSingleFile = async (tag: string): Promise<void> => {
  const context = await mkdtemp(join(tmpdir(), 'slipway-single-'))
  try {
    const program = await unpackBusybox(context)
    await writeFile(join(context, 'Dockerfile'), `FROM scratch\nCOPY ${program} /busybox\n`)
    const options = ['--quiet', '--load', '--provenance=false', '--tag', tag]
    await docker('buildx', 'build', ...options, context)
  } finally {
    await rm(context, { recursive: true })
  }
}

/** Builds an image of a few layers, in which next to nothing is smaller than a disk's block. */
export const buildHeavy = async (tag: string, layers: number, megabytes: number): Promise<void> => {
  const single = `${uniqueName('tools')}:1`
  await buildSingleFile(single)
  const steps = Array.from(
    { length: layers },
    (_, i) => `RUN /busybox head -c ${megabytes}m /dev/urandom >/bytes${i}`,
  )
  const lines = [`FROM ${single}`, 'SHELL ["/busybox", "sh", "-c"]', ...steps]
  await buildTestImage(tag, `${lines.join('\n')}\n`)
  await docker('rmi', single)
}

/** One line on each thing in such an image, but for what the runtime mounts or makes room for. */
export const singleFileDigest: readonly string[] = [
  '/busybox',
  'sh',
  '-c',
  `B=/busybox; $B stat -c '%n %a %u %g' / && $B sha256sum $B && $B find / -xdev -maxdepth 1 ! -name dev \
    ! -name etc ! -name proc ! -name sys ! -name .dockerenv ! -path / -exec $B stat -c '%n %F %a %u %g %s %Y' {} +`,
]

/** What a container reads of the huge file: its size, and its content on both sides of 4 GB. */
export const hugeDigest: readonly string[] = [
  'sh',
  '-c',
  'stat --format "%s %a %Y" /huge && head --bytes 1M /huge | md5sum && tail --bytes 1M /huge | md5sum',
]
