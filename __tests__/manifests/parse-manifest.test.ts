import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseManifest } from '../../src/manifests/parse-manifest.ts'
import { joinManifests } from '../../src/manifests/workload.ts'
import { noAmounts, noPodFiles } from '../support/manifests.ts'

const parse = (text: string) => parseManifest(text, 'k8s/a.yaml')
const workloadsOf = (text: string) => parse(text).workloads
const containersOf = (text: string) => workloadsOf(text).flatMap(({ containers }) => containers)

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: api, namespace: shop }
spec:
  replicas: 3
  template:
    spec:
      initContainers:
        - name: wait
          image: busybox:1
        - { name: proxy, image: proxy:1, restartPolicy: Always }
      containers:
        - name: api
          image: "api:dev"
          imagePullPolicy: Always
          env:
            - { name: PASSWORD, value: hunter2 }
          args: [--token=hunter2]
          resources:
            requests: { memory: 128Mi, cpu: 0.10 }
            limits: { memory: 1e9 }
`

test('a Deployment is read with its containers, their images, amounts and lines', () => {
  expect(parse(deployment)).toEqual({
    ...joinManifests([]),
    images: expect.anything(),
    workloads: [
      {
        files: noPodFiles,
        pulls: { hasSecrets: false, account: 'default' },
        resources: { requests: noAmounts, limits: noAmounts },
        imageVolumes: [],
        file: 'k8s/a.yaml',
        kind: 'Deployment',
        namespace: 'shop',
        name: 'api',
        pods: 3,
        containers: [
          expect.objectContaining({ name: 'wait', role: 'init', image: 'busybox:1', line: 10 }),
          expect.objectContaining({ name: 'proxy', role: 'sidecar', image: 'proxy:1', line: 11 }),
          {
            name: 'api',
            role: 'main',
            image: 'api:dev',
            pullPolicy: 'Always',
            requests: { memory: 134_217_728, cpu: 0.1, storage: undefined },
            limits: { memory: 1e9, cpu: undefined, storage: undefined },
            asksForGpu: false,
            line: 14,
          },
        ],
        volumes: { emptyDirs: 0, claims: 0 },
      },
    ],
  })
})

test('nothing of environments, arguments or secrets is in what was read', () => {
  const secret = 'apiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData: { a: hunter2 }\n'
  expect(JSON.stringify(parse(`${deployment}---\n${secret}`))).not.toContain('hunter2')
})

test('a limit is the request where none is written', () => {
  const [container] = containersOf(`kind: Pod
spec:
  containers:
    - image: a
      resources: { limits: { memory: 1Gi, cpu: 2, ephemeral-storage: 2G }, requests: { cpu: 500m } }
`)
  expect(container?.requests).toEqual({ memory: 2 ** 30, cpu: 0.5, storage: 2e9 })
})

test('white space around an amount is nothing, as for Kubernetes', () => {
  const text =
    'kind: Pod\nspec: { containers: [{ image: a, resources: { limits: { memory: " 1Ki " } } }] }\n'
  expect(parse(text).warnings).toEqual([])
  expect(containersOf(text)[0]?.limits.memory).toBe(1_024)
})

describe('what may be written to the disk', () => {
  test('emptyDirs on disk count by their limits, claims for one pod apart', () => {
    const [workload] = workloadsOf(`kind: StatefulSet
spec:
  replicas: 3
  template:
    spec:
      containers:
        - image: a
          resources: { requests: { ephemeral-storage: 1Gi }, limits: { ephemeral-storage: 2Gi } }
      volumes:
        - { name: a, emptyDir: { sizeLimit: 500M } }
        - { name: b, emptyDir: { sizeLimit: 1G, medium: "" } }
        - { name: c, emptyDir: { sizeLimit: 7G, medium: Memory } }
        - { name: d, emptyDir: { sizeLimit: 7G, medium: HugePages-2Mi } }
        - { name: e, emptyDir: {} }
        - { name: f, hostPath: { path: /var } }
        - name: g
          ephemeral: { volumeClaimTemplate: { spec: { resources: { requests: { storage: 1G } } } } }
  volumeClaimTemplates:
    - spec: { resources: { requests: { storage: 10G }, limits: { storage: 99G } } }
    - spec: { resources: { requests: { storage: lots } } }
`)
    expect(workload?.volumes).toEqual({ emptyDirs: 1.5e9, claims: 11e9 })
    expect(workload?.containers[0]?.requests.storage).toBe(2 ** 30)
    expect(workload?.containers[0]?.limits.storage).toBe(2 ** 31)
  })

  test('a claim that stands by itself is read at its line, also in a list', () => {
    const claim = 'spec: { resources: { requests: { storage: 20Gi } } }'
    const text = `kind: PersistentVolumeClaim
metadata: { name: data, namespace: shop }
${claim}
---
kind: List
items:
  - { metadata: { name: more }, ${claim}, kind: PersistentVolumeClaim }
---
kind: PersistentVolumeClaim
`
    const claimed = { file: 'k8s/a.yaml', volumeName: undefined }
    expect(parse(text)).toEqual({
      ...joinManifests([]),
      claims: [
        { ...claimed, namespace: 'shop', name: 'data', bytes: 20 * 2 ** 30, line: 1 },
        { ...claimed, namespace: undefined, name: 'more', bytes: 20 * 2 ** 30, line: 7 },
        { ...claimed, namespace: undefined, name: '?', bytes: 0, line: 9 },
      ],
    })
  })
})

const job = (kind: string, spec: string): string =>
  kind === 'CronJob'
    ? `kind: CronJob\nmetadata: { generateName: j- }\nspec: { suspend: false, jobTemplate: { spec: ${spec} } }\n`
    : `kind: ${kind}\nmetadata: { name: j }\nspec: ${spec}\n`
const template = 'template: { spec: { containers: [{ name: a, image: a:1 }] } }'

test.each([
  ['Deployment', `{ ${template} }`, 1],
  ['Deployment', `{ replicas: 0, ${template} }`, 0],
  ['StatefulSet', `{ replicas: 2, ${template} }`, 2],
  ['ReplicaSet', `{ replicas: 4, ${template} }`, 4],
  ['ReplicationController', `{ replicas: 5, ${template} }`, 5],
  ['DaemonSet', `{ ${template} }`, 'per-node'],
  ['Job', `{ ${template} }`, 1],
  ['Job', `{ parallelism: 4, ${template} }`, 4],
  ['Job', `{ parallelism: 4, completions: 2, ${template} }`, 2],
  ['Job', `{ parallelism: 4, suspend: true, ${template} }`, 0],
  ['CronJob', `{ parallelism: 3, ${template} }`, 3],
])('%s %s has %s pods', (kind, spec, pods) => {
  const [workload] = workloadsOf(job(kind, spec))
  expect(workload).toMatchObject({ kind, pods })
  expect(workload?.containers).toHaveLength(1)
})

test('several documents, lists and JSON are read alike; other kinds are nothing', () => {
  const pod = '{"kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"image":"p:1"}]}}'
  const list = `kind: List\nitems:\n  - ${pod}\n  - ${pod}\n  - kind: Service\n`
  const text = `# first\n---\n${list}---\nkind: PodList\nitems: [${pod}]\n---\n---\njust text\n---\n- a\n---\nkind: Kustomization\n`
  expect(parse(text).warnings).toEqual([])
  expect(containersOf(text).map(({ image, line }) => [image, line])).toEqual([
    ['p:1', 5],
    ['p:1', 6],
    ['p:1', 10],
  ])
  expect(containersOf(pod)).toHaveLength(1)
})

describe('aliases', () => {
  test.each([
    ['as yq writes it', '!!merge <<', ''],
    ['as YAML 1.1 has it', '<<', '%YAML 1.1\n---\n'],
  ])('a merge key %s is one', (_how, key, head) => {
    const text = `${head}kind: Pod
x: &c { image: "api:1", imagePullPolicy: Never }
spec:
  containers:
    - name: a
      ${key}: *c
`
    const { workloads, images } = parse(text)
    expect(workloads.flatMap(({ containers }) => containers)).toMatchObject([
      { name: 'a', image: 'api:1', pullPolicy: 'Never' },
    ])
    expect(images.map(({ reference }) => reference.given)).toEqual(['api:1'])
  })

  test.each([
    ['twice', '{ image: "a:1", image: "b:1" }', 'b:1'],
    ['before what is merged', '{ image: "a:1", <<: *c }', 'c:1'],
    ['behind what is merged', '{ <<: *c, image: "a:1" }', 'a:1'],
  ])('of a key %s the last one counts, as for kubectl', (_how, container, image) => {
    const text = `x: &c { image: "c:1" }\nkind: Pod\nspec: { containers: [${container}] }\n`
    expect(containersOf(text).map((each) => each.image)).toEqual([image])
    const custom = `apiVersion: a.b/v1\nx: &c { image: "c:1" }\nkind: A\nspec: { own: ${container} }\n`
    expect(parse(custom).images.at(-1)?.reference.given).toBe(image)
  })

  test('a label twice, as charts have it, is told unless there is something worse', () => {
    const pod =
      'kind: Pod\nmetadata:\n  labels:\n    app: a\n    app: b\nspec: { containers: [{ image: a:1 }] }\n'
    expect(containersOf(pod).map(({ image }) => image)).toEqual(['a:1'])
    const told = (text: string) =>
      parse(text).warnings.map(({ message, location }) => [location?.line, message])
    expect(told(pod)).toEqual([[5, expect.stringMatching(/^A map has a key twice: .* last one/)]])
    expect(told(`${pod}---\nkind: Pod\nspec: }\n`)).toEqual([
      [9, expect.stringMatching(/^Not checked from here on/)],
    ])
  })

  test('anchors and merge keys are followed, what is written behind them goes over them', () => {
    const text = `kind: Pod
x: &base
  image: base:1
  imagePullPolicy: Never
  resources: &amounts { requests: { memory: 1Ki } }
spec:
  containers:
    - <<: *base
      name: one
    - <<: [{ name: two }, *base]
      image: own:1
    - { name: three, image: &i third:1, resources: *amounts }
    - { name: four, image: *i }
`
    expect(
      containersOf(text).map(({ name, image, pullPolicy, requests }) => [
        name,
        image,
        pullPolicy,
        requests.memory,
      ]),
    ).toEqual([
      ['one', 'base:1', 'Never', 1_024],
      ['two', 'own:1', 'Never', 1_024],
      ['three', 'third:1', undefined, 1_024],
      ['four', 'third:1', undefined, undefined],
    ])
  })

  test('an alias is the last one of that name, and one that is nowhere is nothing', () => {
    const text = `a: &x old:1\nb: &x new:1\nkind: Pod\nspec: { containers: [{ image: *x }] }\n`
    expect(containersOf(text).map(({ image }) => image)).toEqual(['new:1'])
    expect(containersOf('kind: Pod\nspec: { containers: *nobody }\n')).toEqual([])
  })

  test.each([
    ['itself', 'kind: Pod\nspec: &s\n  <<: *s\n  containers: *s\n'],
    ['its own list', 'kind: List\nitems: &i\n  - kind: List\n    items: *i\n'],
  ])('one that holds %s ends', (_, text) => {
    expect(containersOf(text)).toEqual([])
    // Not by running out of stack, which is told.
    expect(parse(text).warnings).toEqual([])
  })

  test('aliases in aliases in aliases are given up with a warning', () => {
    const wide = (name: string) => Array.from({ length: 60 }, () => `*${name}`).join(', ')
    const merges = Array.from(
      { length: 8 },
      (_, depth) => `m${depth + 1}: &m${depth + 1} { <<: [${wide(`m${depth}`)}] }\n`,
    )
    const text = `m0: &m0 { a: b }\n${merges.join('')}kind: Pod\nspec: { containers: [*m8] }\n`
    const started = performance.now()
    expect(parse(text)).toEqual({
      ...joinManifests([]),
      warnings: [{ message: expect.stringContaining('Not checked'), location: expect.anything() }],
    })
    expect(performance.now() - started).toBeLessThan(30_000)
  })
})

describe('what is no manifest yet', () => {
  const helm = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
{{- if .Values.labels }}
  labels: {{ toYaml .Values.labels | nindent 4 }}
{{- end }}
`
  test.each([
    ['a Helm template', helm, 5],
    [
      'an image in braces',
      'kind: Pod\nspec:\n  containers:\n    - image: {{ .Values.image }}\n',
      4,
    ],
    [
      'an image in quotes',
      'kind: Pod\nspec:\n  containers:\n    - image: "{{ .Values.image }}:1"\n',
      4,
    ],
    ['an image with a variable', 'kind: Pod\nspec:\n  containers:\n    - image: api:$(TAG)\n', 4],
    ['two of them', 'kind: Pod\nspec:\n  containers:\n    - image: $(A)\n    - image: $(B)\n', 4],
    ['broken YAML', 'kind: Pod\nspec: {\n  containers: [\n', 3],
  ])('%s is told once, at its line, with how to render it', (_, text, line) => {
    const { warnings } = parse(text)
    expect(warnings).toEqual([
      {
        message: expect.stringMatching(/not checked.*`helm template`, `kustomize build`/i),
        location: { file: 'k8s/a.yaml', line },
      },
    ])
  })

  test('its documents that can be read are checked all the same', () => {
    const text = `kind: Pod\nspec: { containers: [{ image: a:1 }] }\n---\nkind: Pod\nspec: }\n`
    expect(containersOf(text)).toHaveLength(1)
    expect(parse(text).warnings).toHaveLength(1)
  })

  test('the message shows nothing of the file', () => {
    for (const text of [
      'a: "\\qhunter2"\n',
      'hunter2: hunter2: hunter2\n',
      'a: }hunter2\n',
      '%hunter2\na: b',
    ]) {
      expect(JSON.stringify(parse(text))).not.toContain('hunter2')
    }
  })
})

test('whatever the text, it is read or warned about, and nothing is thrown', () => {
  const words = fc.constantFrom(
    'kind: Pod',
    'spec:',
    '  containers:',
    '    - image: a',
    '- ',
    '{{',
    '}',
    '&a',
    '*a',
    '<<: *a',
    '---',
    '\t',
    '"',
    ': ',
    '\n',
    '|',
    '[',
    'é',
    '\0',
  )
  fc.assert(
    fc.property(fc.array(words, { maxLength: 30 }), (parts) => {
      const { workloads, warnings } = parse(parts.join('\n'))
      expect(Array.isArray(workloads)).toBe(true)
      for (const { location } of warnings) expect(location?.line).toBeGreaterThan(0)
    }),
    { numRuns: 500 },
  )
})

test('what is nested too deeply is not followed', () => {
  expect(parse(`kind: Pod\nspec: ${'['.repeat(20_000)}`).warnings).toHaveLength(1)
})

test.each([
  ['a comma at the end of a list', '{\n"a": [\n1,\n2,\n]\n}\n', 5],
  ['a comma at the end of an object', '{\n"a": 1,\n}\n', 3],
  ['no value', '{\n"a": ,\n"b": {\n}\n}\n', 2],
  ['a comment', '{\n"a": 1, // one\n"b": 2\n}\n', 2],
  ['a word that is none', '{\n"a": yes,\n"b": 2\n}\n', 2],
  ['a line break in a text', '{\n"a": "b\nc"\n}\n', 2],
  ['no end', '{\n"a": {\n"b": 2\n}\n', 4],
])('JSON with %s is told of at its line', (_what, text, line) => {
  const { warnings } = parseManifest(text, 'x.json')
  expect(warnings.map(({ location }) => location?.line)).toEqual([line])
})

test('what is YAML and no JSON is read in a file of that name, as kubectl does since 1.33', () => {
  const text = '{ "kind": "Pod",\n  "spec": { "containers": [{ "image": "a:1" }] }, # one\n}\n'
  const { workloads, warnings } = parseManifest(text, 'x.json')
  expect(workloads.flatMap(({ containers }) => containers.map(({ image }) => image))).toEqual([
    'a:1',
  ])
  expect(warnings).toEqual([
    {
      message: 'This is no JSON, but YAML: kubectl before 1.33 refuses it, and other programs.',
      location: { file: 'x.json', line: 2 },
    },
  ])
})

test('objects of JSON one after another are told of at their own lines', () => {
  const pod = (image: string) => `{"kind":"Pod",\n"spec":{"containers":[{"image":"${image}"}]}}\n`
  const { workloads, warnings } = parseManifest(
    `${pod('a:1')}\n${pod('b:1')}${pod('<c>')}`,
    'x.json',
  )
  expect(workloads.flatMap(({ containers }) => containers.map(({ line }) => line))).toEqual([2, 5])
  expect(warnings.map(({ location }) => location?.line)).toEqual([7])
})

test.each([
  ['resources: { limits: { nvidia.com/gpu: 1 } }', true],
  ['resources: { requests: { amd.com/gpu: "1" } }', true],
  ['resources: { limits: { gpu.intel.com/i915: 1 } }', true],
  ['resources: { limits: { nvidia.com/mig-1g.5gb: 1 } }', true],
  ['resources: { claims: [{ name: device }] }', true],
  ['resources: { limits: { <<: [{ nvidia.com/gpu: 1 }] } }', true],
  ['resources: { limits: { memory: 1Gi, hugepages-2Mi: 2Mi } }', false],
  ['env: [{ name: GPU, value: nvidia.com/gpu }]', false],
])('a container with %s asks for a GPU: %s', (line, asks) => {
  const pod = `kind: Pod\nspec:\n  containers:\n    - name: a\n      image: a:1\n      ${line}\n`
  expect(parse(pod).workloads[0]?.containers[0]?.asksForGpu).toBe(asks)
})

test('a pod may ask for a GPU by how it is run', () => {
  const pod = 'kind: Pod\nspec: { runtimeClassName: nvidia, containers: [{ image: a:1 }] }\n'
  expect(parse(pod).workloads[0]?.containers[0]?.asksForGpu).toBe(true)
})

test.each([
  'kind: Pod\nspec: { containers: [{ image: "a:1" }] }# comment\n',
  'kind: Pod\nspec:\n  containers:\n    - image: "a:1"# comment\n',
  'kind: Pod\nspec:\n  x: |# comment\n    y\n  containers: [{ image: "a:1" }]\n',
])('a comment without a space before it is one, as for kubectl', (text) => {
  expect(parse(text).warnings).toEqual([])
  expect(containersOf(text).map(({ image }) => image)).toEqual(['a:1'])
})

test('secrets for pulling, of a pod and of ServiceAccounts', () => {
  const text = `kind: Pod
spec: { imagePullSecrets: [{ name: hunter2 }], containers: [{ image: a }] }
---
kind: Deployment
spec: { template: { spec: { serviceAccountName: puller, imagePullSecrets: [] } } }
---
kind: ServiceAccount
metadata: { name: puller, namespace: shop }
imagePullSecrets: [{ name: hunter2 }]
---
kind: ServiceAccount
metadata: { name: other }
secrets: [{ name: hunter2 }]
`
  const read = parse(text)
  expect(read.workloads.map(({ pulls }) => pulls)).toEqual([
    { hasSecrets: true, account: 'default' },
    { hasSecrets: false, account: 'puller' },
  ])
  expect(read.accounts).toEqual([{ name: 'puller', namespace: 'shop' }])
  expect(JSON.stringify(read)).not.toContain('hunter2')
  const older = 'kind: Pod\nspec: { serviceAccount: old, containers: [] }\n'
  expect(workloadsOf(older)[0]?.pulls.account).toBe('old')
  const both = older.replace('{ ', '{ serviceAccountName: new, ')
  expect(workloadsOf(both)[0]?.pulls.account).toBe('new')
})
