import { posix } from 'node:path'
import type { Placed } from '../../image/contents/merge.ts'
import { readTexts } from './read-texts.ts'
import { readRequired, toDistributionName } from './requirement.ts'
import { parentOf, type Subject, withoutShared } from './subject.ts'

/** What is installed for a Python, as its metadata tell it. */
export type Distribution = {
  /** As an index compares it. */
  readonly name: string
  readonly version: string
  /** The folder that Python looks into, as bytes. */
  readonly site: string
  /** The layer that has its metadata. */
  readonly layer: number
  /** Names of what it requires, extras included. */
  readonly requires: readonly string[]
  /** Such as `pip`, `uv`; empty where nobody says. */
  readonly installer: string
  /** pip's word: somebody asked for it, where others only required it. */
  readonly isRequested: boolean
  /** Its own, none of which has a name elsewhere. */
  readonly files: readonly Placed[]
  readonly bytes: number
  /** Names that programs import, and paths of those that they do not. */
  readonly modules: readonly string[]
  /** Others find it by its entry points, and so without its name. */
  readonly isPlugin: boolean
}

const metadataPath = /(?:^|\/)(?:site|dist)-packages\/[^/]+\.dist-info\/METADATA$/

/** An image that has more is no image of one program. */
const mostDistributions = 3_000

/** Headers come first; the rest is a description for people. */
const headBytes = 64_000
const longestRecord = 8_000_000
const mostRead = 64_000_000

/** Of the headers, which end with an empty line. */
const readMetadata = (text: string) => {
  const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length
  const lines = text.slice(0, end).split(/\r?\n/)
  const all = (key: string): readonly string[] =>
    lines.flatMap((line) => (line.startsWith(`${key}: `) ? line.slice(key.length + 2).trim() : []))
  return {
    name: toDistributionName(all('Name')[0] ?? ''),
    version: all('Version')[0] ?? '',
    requires: all('Requires-Dist').flatMap((each) => readRequired(each) ?? []),
  }
}

/** Paths of a RECORD (PEP 376), relative to the folder that Python looks into. */
const readRecord = (text: string): readonly string[] =>
  text.split(/\r?\n/).flatMap((line) => {
    const [, quoted, plain] = /^(?:"((?:[^"]|"")*)"|([^,"]*)),/.exec(line) ?? []
    const path = quoted?.replaceAll('""', '"') ?? plain
    return path === undefined || path === '' ? [] : [path]
  })

/** Where a file of a RECORD is; what leads out of the image is nowhere. */
const toPath = (site: string, path: string): string =>
  path.startsWith('/') ? path.slice(1) : posix.normalize(`${site}/${path}`)

/** What an import names of a file. */
const toModules = (paths: readonly string[]): readonly string[] => [
  ...new Set(
    paths.flatMap((path) => {
      const [first = '', ...rest] = path.split('/')
      if (/^\.\.?$|\.(?:dist-info|data|egg-info)$|^__pycache__$/.test(first)) return []
      if (rest.length > 0) return [first]
      const [, module] = /^([A-Za-z_]\w*)(?:\.[\w-]+)*\.(?:py|so|pth)$/.exec(first) ?? []
      return module === undefined ? [] : [module]
    }),
  ),
]

const isPluginsList = (text: string): boolean =>
  [...text.matchAll(/^\[([^\]\n]{1,200})\]/gm)].some(
    ([, group = '']) => !/^(?:console|gui)_scripts$/.test(group.trim()),
  )

/** What is installed for all Pythons of an image. */
export const readDistributions = async (subject: Subject): Promise<readonly Distribution[]> => {
  const { visible, merged } = subject
  const found = merged.visible
    .filter(({ entry: { type, path } }) => type === 'f' && metadataPath.test(path))
    .slice(0, mostDistributions)
  const beside = (placed: Placed, name: string): Placed | undefined =>
    visible.get(`${parentOf(placed.entry.path)}/${name}`)
  const read = (name: string, longest: number) =>
    readTexts(
      subject,
      found.map((placed) => beside(placed, name)),
      { longest, most: mostRead },
    )
  const [metadata, records, installers, entryPoints] = await Promise.all([
    readTexts(subject, found, { longest: headBytes, most: mostRead, mayBeCut: true }),
    read('RECORD', longestRecord),
    read('INSTALLER', 100),
    read('entry_points.txt', 100_000),
  ])
  return found.flatMap((placed, at): readonly Distribution[] => {
    const about = readMetadata(metadata[at] ?? '')
    if (about.name === '') return []
    const site = parentOf(parentOf(placed.entry.path))
    const paths = readRecord(records[at] ?? '')
    const files = withoutShared(
      [...new Set(paths.map((path) => toPath(site, path)))].flatMap((path) => {
        const file = visible.get(path)
        return file?.entry.type === 'f' ? [file] : []
      }),
      subject,
    )
    return [
      {
        ...about,
        site,
        layer: placed.layer,
        installer: (installers[at] ?? '').trim(),
        isRequested: beside(placed, 'REQUESTED') !== undefined,
        files,
        bytes: files.reduce((sum, { entry }) => sum + entry.sizeBytes, 0),
        modules: toModules(paths),
        isPlugin: isPluginsList(entryPoints[at] ?? ''),
      },
    ]
  })
}
