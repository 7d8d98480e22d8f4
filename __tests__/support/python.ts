import type { Entry } from '../../src/image/contents/entry.ts'
import { file } from './entries.ts'

export const site = 'usr/local/lib/python3.12/site-packages'

type Wheel = {
  readonly bytes?: number
  readonly version?: string
  readonly requires?: readonly string[]
  /** Undefined for one that left no word of it. */
  readonly installer?: string | undefined
  readonly isRequested?: boolean
  /** The folder that programs import. */
  readonly module?: string
  readonly entryPoints?: string
  readonly in?: string
  /** Further files, relative to the folder of modules. */
  readonly files?: Readonly<Record<string, number>>
}

/** A distribution as pip installs it: its files, and the texts of those that are read. */
export const installed = (name: string, wheel: Wheel = {}) => {
  const { bytes = 2_000_000, version = '1.0', requires = [], in: folder = site, files = {} } = wheel
  const { module = name.replaceAll('-', '_'), isRequested = false, entryPoints } = wheel
  const installer = 'installer' in wheel ? wheel.installer : 'pip'
  const info = `${folder}/${name.replaceAll('-', '_')}-${version}.dist-info`
  const own: readonly (readonly [string, number])[] = [
    [`${module}/__init__.py`, bytes],
    ...Object.entries(files),
  ]
  const metadata = [
    'Metadata-Version: 2.1',
    `Name: ${name}`,
    `Version: ${version}`,
    ...requires.map((each) => `Requires-Dist: ${each}`),
    '',
    'Requires-Dist: what-a-description-says',
    '',
  ].join('\n')
  const record = own.map(([path, size]) => `${path},sha256=x,${size}\n`).join('')
  const texts: Readonly<Record<string, string>> = {
    [`${info}/METADATA`]: metadata,
    [`${info}/RECORD`]: record,
    ...(installer !== undefined && { [`${info}/INSTALLER`]: `${installer}\n` }),
    ...(isRequested && { [`${info}/REQUESTED`]: '' }),
    ...(entryPoints !== undefined && { [`${info}/entry_points.txt`]: entryPoints }),
  }
  const entries: readonly Entry[] = [
    ...own.map(([path, size]) => file(`${folder}/${path}`, size)),
    ...Object.entries(texts).map(([path, text]) => file(path, text.length)),
  ]
  return { entries, texts }
}

export type Installed = ReturnType<typeof installed>

export const textsOf = (all: readonly Installed[]): Readonly<Record<string, string>> =>
  Object.assign({}, ...all.map(({ texts }) => texts))
