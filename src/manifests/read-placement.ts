import type { Reader } from './document.ts'
import { isPlaceholder } from './placeholders.ts'

/** A condition on a node's labels, or on its name. */
export type NodeRule = {
  readonly key: string
  readonly operator: string
  readonly values: readonly string[]
}

/** Which nodes a pod may run on, as its manifest says it. */
export type Placement = {
  /** All of these hold. */
  readonly always: readonly NodeRule[]
  /** All of one of these hold, where there are any. */
  readonly terms: readonly (readonly NodeRule[])[]
  /** Whether it may also run where a taint keeps ordinary pods away. */
  readonly isTolerant: boolean
  /** Of the first condition; undefined where there is none. */
  readonly line: number | undefined
}

type Lines = { readonly reader: Reader; readonly lineAt: (offset: number) => number }

/** Of a label that every node has. */
export const hostname = 'kubernetes.io/hostname'

export const controlPlane = 'node-role.kubernetes.io/control-plane'

const readRules = ({ at, items, text }: Reader, term: unknown): readonly NodeRule[] =>
  ['matchExpressions', 'matchFields'].flatMap((list) =>
    items(at(term, list)).map((rule) => ({
      key: text(at(rule, 'key')) ?? '',
      operator: text(at(rule, 'operator')) ?? '',
      values: items(at(rule, 'values')).map((value) => text(value) ?? ''),
    })),
  )

/** Of the terms of an affinity, or of a PersistentVolume's. */
export const readTerms = (reader: Reader, required: unknown): Placement['terms'] =>
  reader
    .items(reader.at(required, 'nodeSelectorTerms'))
    .map((term) => readRules(reader, term))
    .filter((rules) => rules.length > 0)

/** Whether a pod tolerates the taint of kind's control planes, which has no value and the effect NoSchedule. */
const isTolerant = ({ at, items, text }: Reader, spec: unknown): boolean =>
  items(at(spec, 'tolerations')).some((each) => {
    const [key, effect, value] = ['key', 'effect', 'value'].map((name) => text(at(each, name)))
    const isOfKey = !key || key === controlPlane
    // Of any effect and any value where none is written: `Exists` has no value, `Equal` needs the taint's own.
    return isOfKey && (!effect || effect === 'NoSchedule') && !value
  })

export const readPlacement = ({ reader, lineAt }: Lines, spec: unknown): Placement => {
  const { at, keys, text } = reader
  const nodeName = at(spec, 'nodeName')
  const selector = at(spec, 'nodeSelector')
  const required = at(
    spec,
    ...['affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution'],
  )
  const name = text(nodeName)
  const always = [
    ...(name === undefined ? [] : [{ key: hostname, operator: 'In', values: [name] }]),
    ...keys(selector).map((key) => ({
      key,
      operator: 'In',
      values: [text(at(selector, key)) ?? ''],
    })),
  ]
  const terms = readTerms(reader, required)
  const first = nodeName ?? selector ?? required
  const hasRules = always.length + terms.length > 0
  return {
    always,
    terms,
    // Whoever names a node goes past the scheduler, and most taints.
    isTolerant: name !== undefined || isTolerant(reader, spec),
    line: hasRules ? lineAt(first?.range?.[0] ?? 0) : undefined,
  }
}

type Known = { readonly node: string; readonly role: string }

/** Undefined for labels that nobody here knows of. */
const holds = ({ key, operator, values }: NodeRule, { node, role }: Known): boolean | undefined => {
  const labels = new Map<string, string | undefined>([
    [hostname, node],
    ['metadata.name', node],
    ['kubernetes.io/os', 'linux'],
    [controlPlane, role === 'control-plane' ? '' : undefined],
  ])
  if (!labels.has(key) || values.some(isPlaceholder)) return undefined
  const label = labels.get(key)
  if (operator === 'In') return label !== undefined && values.includes(label)
  if (operator === 'NotIn') return label === undefined || !values.includes(label)
  if (operator === 'Exists') return label !== undefined
  return operator === 'DoesNotExist' ? label === undefined : undefined
}

const all = (answers: readonly (boolean | undefined)[]): boolean | undefined => {
  if (answers.includes(false)) return false
  return answers.includes(undefined) ? undefined : true
}

const any = (answers: readonly (boolean | undefined)[]): boolean | undefined => {
  if (answers.includes(true)) return true
  return answers.includes(undefined) ? undefined : false
}

/** Whether the conditions let a pod run on a node; undefined where labels decide that nobody here knows of. */
export const mayRunOn = (
  { always, terms }: Pick<Placement, 'always' | 'terms'>,
  node: Known,
): boolean | undefined =>
  all([
    ...always.map((rule) => holds(rule, node)),
    ...(terms.length === 0
      ? []
      : [any(terms.map((term) => all(term.map((rule) => holds(rule, node)))))]),
  ])
