import { type Message, openEnvelope } from './protobuf.ts'

type Texts = Readonly<Record<string, string>>

export type Metadata = {
  readonly name: string
  readonly namespace: string
  readonly uid: string
  readonly creationTimestamp: string
  readonly labels: Texts
  readonly annotations: Texts
}

/** What a Deployment or a StatefulSet says of its pods. */
export type PodTemplate = {
  readonly labels: Texts
  readonly annotations: Texts
  readonly container: {
    readonly name: string
    readonly image: string
    readonly args: readonly string[]
    readonly env: Texts
  }
}

/** What the double keeps of an object: the rest of what buildx sends it does not read. */
export type Kept = {
  readonly kind: string
  readonly apiVersion: string
  readonly metadata: Metadata
  readonly spec?: Readonly<Record<string, unknown>>
  readonly status?: Readonly<Record<string, unknown>>
  readonly data?: Texts
  /** Of a Deployment or a StatefulSet. */
  readonly template?: PodTemplate
  readonly replicas?: number
  readonly selector?: Texts
  readonly claims?: readonly string[]
  readonly [field: string]: unknown
}

const kinds = {
  deployments: { kind: 'Deployment', apiVersion: 'apps/v1' },
  statefulsets: { kind: 'StatefulSet', apiVersion: 'apps/v1' },
  configmaps: { kind: 'ConfigMap', apiVersion: 'v1' },
  persistentvolumeclaims: { kind: 'PersistentVolumeClaim', apiVersion: 'v1' },
  pods: { kind: 'Pod', apiVersion: 'v1' },
  events: { kind: 'Event', apiVersion: 'v1' },
} as const

export type Resource = keyof typeof kinds

export const isResource = (name: string): name is Resource => name in kinds

/** Kind and version of a resource. */
export const kindOf = (resource: Resource) => kinds[resource]

const toTemplate = (template: Message): PodTemplate => {
  const [container] = template.one(2).many(2)
  if (container === undefined) throw new Error('the double wants a container')
  const env = container.many(7).map((each) => [each.text(1), each.text(2)])
  return {
    labels: template.one(1).map(11),
    annotations: template.one(1).map(12),
    container: {
      name: container.text(1),
      image: container.text(2),
      args: container.texts(4),
      env: Object.fromEntries(env),
    },
  }
}

/** Reads what buildx asks to make, by the numbers of Kubernetes' `generated.proto`. */
export const readObject = (resource: Resource, body: Buffer, namespace: string): Kept => {
  const { apiVersion, kind, object } = openEnvelope(body)
  const wanted = kindOf(resource)
  if (kind !== wanted.kind || apiVersion !== wanted.apiVersion) {
    throw new Error(`${apiVersion} ${kind} is no ${wanted.apiVersion} ${wanted.kind}`)
  }
  const meta = object.one(1)
  const metadata = {
    name: meta.text(1),
    namespace: meta.text(3) || namespace,
    uid: crypto.randomUUID(),
    creationTimestamp: new Date().toISOString().replace(/\.\d+/, ''),
    labels: meta.map(11),
    annotations: meta.map(12),
  }
  if (resource === 'configmaps') return { ...wanted, metadata, data: object.map(2) }
  const spec = object.one(2)
  return {
    ...{ ...wanted, metadata, replicas: spec.number(1), template: toTemplate(spec.one(3)) },
    selector: spec.one(2).map(1),
    spec: { replicas: spec.number(1), selector: { matchLabels: spec.one(2).map(1) } },
    status: {},
    claims: resource === 'statefulsets' ? spec.many(4).map((claim) => claim.one(1).text(1)) : [],
  }
}
