import { isAbsolute } from 'node:path'
import { Secret } from '../secret.ts'
import { toVariable } from './builder-keys.ts'
import type { BuilderNode } from './builder-request.ts'
import { checkOptions, type Driver, parseOptions } from './driver-opts.ts'
import { grammar } from './grammar.ts'
import type { ReportProblem } from './problems.ts'
import { type Reader, toLines, toList } from './reader.ts'
import { isMap } from './yaml-words.ts'

const tlsWords = ['cacert', 'cert', 'key'] as const

/** Reports what buildx would say of it long after, or at each dial. */
const checkTls = (
  { run }: Reader,
  options: readonly string[],
  given: BuilderNode['certificates'],
  report: ReportProblem,
): void => {
  const said = parseOptions(options)
  for (const [name, value] of said) {
    if (!tlsWords.some((word) => word === name)) continue
    if (given.some(([word]) => word === name))
      report('driver-opts', `${name} is also in a variable of the step. Keep one.`)
    else if (!isAbsolute(value))
      report('driver-opts', `${name} is no absolute path, and buildx takes no other.`, value)
    else if (run.kindOf(value) !== 'file')
      report('driver-opts', `${name}: there is no such file.`, value)
  }
  const words = new Set([...said, ...given].map(([name]) => name))
  const isTls = [...tlsWords, 'servername'].some((word) => words.has(word))
  if (isTls && !words.has('cacert'))
    report('driver-opts', "TLS needs cacert, the certificate of who signed the builder's own.")
  if (words.has('cert') !== words.has('key'))
    report('driver-opts', 'a certificate of ours is cert and key together. Give both or none.')
}

/** What the step's variables hold for a node of a remote builder. */
const readCertificates = ({ run }: Reader, index: number, report: ReportProblem) =>
  tlsWords.flatMap((word): BuilderNode['certificates'] => {
    const name = toVariable(index, word)
    const text = run.env[name]?.trim()
    if (!text) return []
    if (!text.includes('-----BEGIN ')) report(name, 'no PEM: it has no line -----BEGIN ...-----.')
    return [[word, new Secret(`${text}\n`)]]
  })

type Given = Omit<BuilderNode, 'certificates'>

/** @param index of the node in its builder */
export const readNode = (
  reader: Reader,
  driver: Driver | undefined,
  index: number,
  given: Given,
  report: ReportProblem,
): BuilderNode => {
  const certificates = driver === 'remote' ? readCertificates(reader, index, report) : []
  if (driver !== undefined) checkOptions(driver, given.options, report)
  if (driver === 'remote') {
    checkTls(reader, given.options, certificates, report)
    if (given.endpoint === undefined)
      report(
        'endpoint',
        'empty, though driver is remote. Write where BuildKit listens, such as tcp://HOST:1234.',
      )
  }
  const [pattern, wrong] = grammar.platforms
  for (const each of given.platforms) if (!pattern.test(each)) report('platforms', wrong, each)
  return { ...given, certificates }
}

const words = ['name', 'endpoint', 'driver-opts', 'buildkitd-flags', 'platforms'] as const

/** Further nodes of the builder, as docker/setup-buildx-action has them. */
export const readAppended = (
  reader: Reader,
  driver: Driver | undefined,
): readonly BuilderNode[] => {
  const { text, run, report } = reader
  const given = text('append')
  if (given === undefined) return []
  if (driver === 'kubernetes') {
    const how = 'Make it with docker/setup-buildx-action before this step, and name it in builder'
    report('append', `a builder in Kubernetes has one node here. ${how}.`)
    return []
  }
  const { value, problem, lineOf } = run.parseYaml(given)
  if (!Array.isArray(value) || value.length === 0) {
    const at = problem === undefined ? '' : `, line ${problem.line}`
    const how = 'Write `- endpoint: tcp://HOST:1234`, newline, `  platforms: linux/arm64`.'
    report(`append${at}`, `${problem?.reason ?? 'not a YAML list'}. ${how}`)
    return []
  }
  const seen = new Set([text('endpoint')])
  return value.flatMap((item: unknown, at) => {
    const reportAt: ReportProblem = (word, what, shown) =>
      report(`append, line ${lineOf([at, word])}, ${word}`, what, shown)
    if (!isMap(item)) {
      report(`append, line ${lineOf([at])}`, 'the node is not a map. Write its endpoint.')
      return []
    }
    for (const word of Object.keys(item))
      if (!words.some((each) => each === word))
        reportAt(word, `unknown. It may have: ${words.join(', ')}.`)
    const lines = (word: string): string => {
      const found = item[word] ?? ''
      const isList = Array.isArray(found) && found.every((each) => typeof each === 'string')
      if (typeof found !== 'string' && !isList)
        reportAt(word, 'neither a text nor a list of texts.')
      return isList ? found.join('\n') : typeof found === 'string' ? found.trim() : ''
    }
    const node = {
      endpoint: lines('endpoint') || undefined,
      options: toLines(lines('driver-opts')),
      flags: lines('buildkitd-flags') || undefined,
      platforms: toList(lines('platforms')),
    }
    if (seen.has(node.endpoint)) reportAt('endpoint', 'another node has it, too.', node.endpoint)
    seen.add(node.endpoint)
    return [readNode(reader, driver, at + 1, node, reportAt)]
  })
}
