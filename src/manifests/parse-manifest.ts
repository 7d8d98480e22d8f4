import {
  type Document,
  type ErrorCode,
  isScalar,
  LineCounter,
  parseAllDocuments,
  visit,
  type YAMLParseError,
} from 'yaml'
import type { Warning } from '../host/log.ts'
import { createReader } from './document.ts'
import { findJsonError, type JsonDocument, splitJson } from './json-documents.ts'
import type { Source } from './read-claims.ts'
import { readDocument, renderFirst } from './read-document.ts'
import { joinManifests, type Manifests } from './workload.ts'

type Warn = Source['warn']

/** Why a document cannot be read, in words of its own where people can do something about it. */
const describeError = (code: ErrorCode, text: string, at: number): string => {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at + 1)
  if (code === 'TAB_AS_INDENT' || /^ *\t/.test(line)) {
    return 'Not checked from here on: YAML allows no tab here. Replace it with spaces.'
  }
  if (text.includes('{{')) {
    return `Not checked from here on: this is an unrendered template. ${renderFirst}`
  }
  // The library's message would show the line, which may hold a secret.
  const reason = code.toLowerCase().replaceAll('_', ' ')
  return `Not checked from here on: this is not valid YAML (${reason}). ${renderFirst}`
}

/** Other than a comment that no space is before: kubectl takes that, and it is read all the same. */
const findErrors = ({ errors }: Document): readonly YAMLParseError[] =>
  errors.filter(({ message }) => !message.startsWith('Comments must be separated'))

/** Where a map has a name once more. The library would compare each with all others, which takes minutes. */
const findTwins = (document: Document): readonly number[] => {
  const twins: number[] = []
  visit(document, {
    Map: (_, { items }) => {
      const names = new Set<unknown>()
      for (const { key } of items) {
        if (!isScalar(key)) continue
        if (names.has(key.value)) twins.push(key.range?.[0] ?? 0)
        names.add(key.value)
      }
    },
  })
  return twins
}

/**
 * Tells the first thing that is wrong with a document; true where it can be read all the same: of what a map has
 * twice kubectl takes the last, and of two merge keys both. Charts often have a label twice.
 */
const isReadable = (document: Document, { text, lineAt }: Part, warn: Warn, remark: Warn) => {
  const [wrong] = findErrors(document)
  if (wrong !== undefined) {
    warn(describeError(wrong.code, text, wrong.pos[0]), lineAt(wrong.pos[0]))
    return false
  }
  const [at] = findTwins(document)
  if (at === undefined) return true
  const message = text.startsWith('<<', at)
    ? 'A map has the merge key << twice: kubectl takes both, kustomize and others refuse it. Write <<: [*one, *two].'
    : 'A map has a key twice: kubectl and Helm take the last one, kustomize and others refuse it. Leave one.'
  remark(message, lineAt(at))
  return true
}

/**
 * @param linesBefore in the file, in which lines are counted from 1
 * @param last of the file's lines
 */
const parsePart = (text: string, linesBefore: number, last: number) => {
  const lines = new LineCounter()
  const parsed = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: false })
  const lineAt = (offset: number): number =>
    Math.min(last, linesBefore + Math.max(1, lines.linePos(offset).line))
  return { text, documents: Array.isArray(parsed) ? parsed : [], lineAt }
}

type Part = ReturnType<typeof parsePart>

/** What is missing at the end is missing on a line that there is not. */
const findLast = (text: string): number => text.trimEnd().split('\n').length

/** The objects of a file of JSON need nothing between them; YAML keeps its documents apart by itself. */
const parseParts = (text: string, json: readonly JsonDocument[] | undefined): readonly Part[] => {
  const last = findLast(text)
  if (json === undefined) return [parsePart(text, 0, last)]
  let [at, linesBefore] = [0, 0]
  return json.map(({ offset, text: part }) => {
    linesBefore += text.slice(at, offset).split('\n').length - 1
    at = offset
    return parsePart(part, linesBefore, last)
  })
}

/** More objects in one file are no manifest that people write. */
const mostObjects = 500

/** What YAML has no such comments for, and the library takes for the beginning of a name. */
const foreignComment = /(?:^|[\s,[{])\/[/*]/

/** Reads what runs pods or claims volumes in a file of manifests; what cannot be read becomes a warning. */
export const parseManifest = (text: string, file: string): Manifests => {
  const warnings: Warning[] = []
  // A template that is not rendered would have one for each of its lines.
  const warn: Warn = (message, line) => {
    if (warnings.length === 0) warnings.push({ message, location: { file, line } })
  }
  /** What is told where there is nothing worse. */
  const remarks: Warning[] = []
  const remark: Warn = (message, line) => remarks.push({ message, location: { file, line } })
  // kubectl goes by what a file begins with; YAML may begin so, too, where it says that it is YAML.
  const isJson = /\.json$/i.test(file) && /^\s*[[{]/.test(text)
  const json = isJson ? splitJson(text).slice(0, mostObjects) : undefined
  const wrong = json?.map(findJsonError).find((offset) => offset !== undefined)
  try {
    const parts = parseParts(text, wrong === undefined ? json : undefined)
    if (wrong !== undefined) {
      const line = Math.min(findLast(text), text.slice(0, wrong).split('\n').length)
      // Since 1.33 kubectl then tries YAML: k8s.io/apimachinery, pkg/util/yaml/decoder.go.
      const errors = parts.flatMap(({ documents }) => documents.flatMap(findErrors))
      if (errors.length > 0 || foreignComment.test(text)) {
        const message =
          'Not checked: this is not valid JSON. kubectl takes no comments with //, and before 1.33 none with # and no trailing commas.'
        return joinManifests([{ warnings: [{ message, location: { file, line } }] }])
      }
      remark('This is no JSON, but YAML: kubectl before 1.33 refuses it, and other programs.', line)
    }
    const read = parts.flatMap((part) =>
      part.documents.map((document) => {
        if (!isReadable(document, part, warn, remark)) return {}
        const reader = createReader(document)
        return readDocument({ file, reader, lineAt: part.lineAt, warn }, document.contents)
      }),
    )
    return joinManifests([...read, { warnings: [...warnings, ...remarks].slice(0, 1) }])
  } catch {
    warn('Not checked: the file is nested too deeply.', 1)
    return joinManifests([{ warnings }])
  }
}
