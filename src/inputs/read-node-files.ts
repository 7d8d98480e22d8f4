import { resolve } from 'node:path'
import { parseImageReference } from '../image/reference.ts'
import type { Inputs } from './inputs.ts'
import { type FilesOrigin, findOverlap, findTargetObjection, type NodeFiles } from './node-files.ts'
import { type Reader, toLines } from './reader.ts'
import { reportOutside } from './report-outside.ts'
import { parseSize } from './sizes.ts'

const form = 'SOURCE:/path/on/node, with :ro or :rw behind it if need be'

/** The last `:/` is the node's: sources may have some of their own. */
const linePattern = /^(.+):(\/[^:]*)(?::([^:/]*))?$/s

const readPath = (
  kind: 'local' | 'lfs',
  path: string,
  { run, report }: Reader,
  given: string,
): FilesOrigin | undefined => {
  const reader = { run, report } as Reader
  if (!reportOutside(reader, 'node-files', path)) return undefined
  const whole = resolve(run.workspace, path)
  if (run.kindOf(whole) !== 'nothing') return { kind, path: whole }
  report('node-files', `there is no ${path}. Paths start in the workspace.`, given)
  return undefined
}

const readReference = (text: string, { report }: Reader, given: string) => {
  const reference = parseImageReference(text)
  if (typeof reference !== 'string') return reference
  report('node-files', `${text} is no name of an image or artifact: ${reference}.`, given)
  return undefined
}

const readOrigin = (source: string, reader: Reader, given: string): FilesOrigin | undefined => {
  const [, scheme, rest = ''] = /^(lfs:|oci:\/\/|image:\/\/)(.*)$/s.exec(source) ?? []
  if (scheme === undefined) {
    const [other] = /^[a-z][a-z0-9+.-]*:\/\//i.exec(source) ?? []
    if (other === undefined) return readPath('local', source, reader, given)
    const text = `unknown source ${other}. Write a path, lfs:PATH, oci://REF or image://REF:/path.`
    reader.report('node-files', text, given)
    return undefined
  }
  if (scheme === 'lfs:') return readPath('lfs', rest, reader, given)
  if (scheme === 'oci://') {
    const reference = readReference(rest, reader, given)
    return reference && { kind: 'oci', reference }
  }
  const [, name = '', path = ''] = /^(.+):(\/.*)$/s.exec(rest) ?? []
  if (name === '') {
    reader.report(
      'node-files',
      'it names no folder of the image. Write image://REF:/path:/path/on/node.',
      given,
    )
    return undefined
  }
  const reference = readReference(name, reader, given)
  return reference && { kind: 'image', reference, path }
}

const readLine = (given: string, reader: Reader): readonly NodeFiles[] => {
  const { report } = reader
  const [, source = '', target = '', mode = 'ro'] = linePattern.exec(given) ?? []
  if (source === '') {
    report('node-files', `it names no path on the node. Write ${form}.`, given)
    return []
  }
  const tidy = target.replace(/(?<=[^/])\/+$/, '')
  const objection = findTargetObjection(tidy)
  if (objection !== undefined) report('node-files', `${objection}.`, given)
  if (mode !== 'ro' && mode !== 'rw')
    report('node-files', `${mode} is neither ro nor rw. Write ${form}.`, given)
  const origin = readOrigin(source, reader, given)
  return origin === undefined || objection !== undefined
    ? []
    : [{ given, origin, target: tidy, isWritable: mode === 'rw' }]
}

const readCacheBytes = ({ isTrue, text, report }: Reader): number | undefined => {
  const given = text('node-files-cache-limit') ?? '5GB'
  const bytes = parseSize(given)
  if (bytes === undefined)
    report('node-files-cache-limit', 'not a size. Write 5GB or 800MB.', given)
  return isTrue('node-files-cache') ? bytes : undefined
}

/** Reads which files nodes are to have. */
export const readNodeFiles = (
  reader: Reader,
): Pick<
  Inputs,
  'nodeFiles' | 'prunesNodeFiles' | 'verifiesNodeFiles' | 'makesFilesImages' | 'nodeFilesCacheBytes'
> => {
  const nodeFiles: NodeFiles[] = []
  for (const each of reader.list('node-files', toLines).flatMap((line) => readLine(line, reader))) {
    const other = findOverlap(nodeFiles, each)
    if (other !== undefined)
      reader.report(
        'node-files',
        `${each.target} is, or is in, what \`${other.given}\` makes. Give each a path of its own.`,
        each.given,
      )
    nodeFiles.push(each)
  }
  return {
    nodeFiles,
    prunesNodeFiles: reader.isTrue('node-files-prune'),
    verifiesNodeFiles: reader.isTrue('node-files-verify'),
    makesFilesImages: reader.isTrue('node-files-images'),
    nodeFilesCacheBytes: readCacheBytes(reader),
  }
}
