import { describe, expect, test } from 'vitest'
import type { NodeCapacity } from '../../src/cluster/capacity.ts'
import { checkFiles } from '../../src/manifests/check-files.ts'
import type { EntryKind, GivenFiles, NodePaths } from '../../src/manifests/given-files.ts'
import { parseManifest } from '../../src/manifests/parse-manifest.ts'
import { joinManifests } from '../../src/manifests/workload.ts'

const entries = new Map<string, EntryKind>([
  ['llama', 'folder'],
  ['llama/model.gguf', 'file'],
  ['latest', 'link'],
])

const models: GivenFiles = {
  target: '/var/local/models',
  isWritable: false,
  isFile: false,
  nodes: ['kind-worker', 'kind-worker2'],
  entries,
}
const single: GivenFiles = {
  ...models,
  target: '/var/local/one.gguf',
  isFile: true,
  entries: new Map([['one.gguf', 'file']]),
}

const capacity = (node: string): NodeCapacity => ({
  node,
  role: node.includes('worker') ? 'worker' : 'control-plane',
  isTainted: !node.includes('worker'),
  bounds: { memory: [], cpu: [] },
  disk: undefined,
  kubernetesMinor: undefined,
  kubelet: undefined,
})

const nodes = ['kind-control-plane', 'kind-worker', 'kind-worker2'].map(capacity)

/** The warnings, each as `line message`. */
const check = (
  text: string,
  paths: Partial<NodePaths> = {},
  capacities = nodes,
): readonly string[] => {
  const manifests = joinManifests([parseManifest(text, 'k8s/api.yaml')])
  expect(manifests.warnings).toEqual([])
  return checkFiles(manifests, capacities, { files: [models, single], others: [], ...paths }).map(
    ({ message, location }) => `${location?.line} ${message}`,
  )
}

type Pod = {
  /** Of the volume, from line 6 on. */
  readonly volume?: string
  readonly mount?: string
  readonly spec?: string
}

const host = (path: string, type?: string): string =>
  `hostPath: { path: ${path}${type === undefined ? '' : `, type: ${type}`} }`

const pod = ({
  volume = host(models.target),
  mount = '/m, readOnly: true',
  spec = '',
}: Pod): string =>
  [
    'kind: Pod',
    'metadata: { name: api }',
    'spec:',
    '  volumes:',
    '  - name: models',
    `    ${volume}`,
    '  containers:',
    '  - name: main',
    '    image: api:dev',
    '    volumeMounts:',
    '    - name: models',
    `      ${mount.includes('{') ? mount : `mountPath: ${mount.replaceAll(', ', '\n      ')}`}`,
    ...(spec === '' ? [] : [spec]),
  ].join('\n')

test('what is right is not worth a word', () => {
  expect(check(pod({}))).toEqual([])
  expect(check(pod({ volume: host('/var/local/models/', 'Directory') }))).toEqual([])
  expect(check(pod({ volume: host('/var/local/one.gguf', 'File') }))).toEqual([])
  expect(check(pod({ volume: host('/var/local/models/llama/model.gguf', 'File') }))).toEqual([])
  // Whatever a link leads to.
  expect(check(pod({ volume: host('/var/local/models/latest/x', 'File') }))).toEqual([])
  expect(check(pod({ volume: 'emptyDir: {}', mount: '/m' }))).toEqual([])
  expect(check(pod({ volume: host('/var/local/modles') }), { files: [] })).toEqual([])
})

describe('a path that no node has', () => {
  test.each<[string, string | undefined, string]>([
    ['/var/local/modles', 'Directory', 'would wait'],
    ['/var/local/modles', undefined, 'make something empty'],
    ['/var/local/modles', 'DirectoryOrCreate', 'make something empty'],
    ['/var/lib/models', 'Directory', 'would wait'],
  ])('%s of type %s is told with the nearest', (path, type, consequence) => {
    const [told, ...more] = check(pod({ volume: host(path, type) }))
    expect(told).toMatch(
      /^6 The volume models of the Pod api is \S+, where this step puts nothing; .* Write path: \/var\/local\/models\.$/,
    )
    expect(told).toContain(consequence)
    expect(more).toEqual([])
  })

  test.each<[string, Partial<NodePaths>]>([
    // What is to be made may well have a name that resembles ours.
    [host('/var/lib/models', 'DirectoryOrCreate'), {}],
    [host('/var/local/data', 'Directory'), {}],
    [host('/models', 'Directory'), {}],
    [host('/var/local/$MODELS'), {}],
    [host('/var/local', 'Directory'), {}],
    [host('/var/local/modles'), { others: ['/var/local/modles'] }],
    [host(`/var/${'x'.repeat(1_000_000)}`), {}],
  ])('%.60s is somebody else’s', (volume, paths) => {
    expect(check(pod({ volume }), paths)).toEqual([])
  })

  test('below a target, the tree decides', () => {
    expect(check(pod({ volume: host('/var/local/models/lama', 'Directory') }))).toEqual([
      '6 The volume models of the Pod api is /var/local/models/lama, and nothing of that name is in what node-files puts at /var/local/models. The pod would wait for it (FailedMount). The nearest is /var/local/models/llama. Write path: /var/local/models/llama.',
    ])
    const [told] = check(pod({ volume: host('/var/local/models/llama/other.bin') }))
    expect(told).toMatch(/make something empty there\. Write a path that it has\.$/)
    expect(check(pod({ volume: host('/var/local/one.gguf/x') }))).toHaveLength(1)
    const unknown = { files: [{ ...models, isFile: undefined, entries: undefined }] }
    expect(check(pod({ volume: host('/var/local/models', 'File') }), unknown)).toEqual([])
    expect(check(pod({ volume: host('/var/local/models/lama', 'File') }), unknown)).toEqual([])
  })

  test('a subPath is followed', () => {
    const mount = (subPath: string) => `mountPath: /m\n      readOnly: true\n      ${subPath}`
    const whole = (subPath: string) =>
      check(pod({}).replace('mountPath: /m\n      readOnly: true', mount(subPath)))
    expect(whole('subPath: llama')).toEqual([])
    expect(whole('subPathExpr: $(NODE)')).toEqual([])
    expect(whole('subPath: lama')).toEqual([
      '12 The container main mounts subPath: lama, and /var/local/models/lama is not in what node-files puts at /var/local/models. The nearest is /var/local/models/llama. Write a path that it has.',
    ])
  })
})

test.each([
  [host('/var/local/one.gguf', 'Directory'), 'is a file.', 'Write type: File.'],
  [host('/var/local/models', 'File'), 'is a folder.', 'Write type: Directory.'],
  [host('/var/local/models', 'FileOrCreate'), 'is a folder.', 'Write type: Directory.'],
  [host('/var/local/models/llama', 'Socket'), 'is a folder.', 'Write type: Directory.'],
])('%s is of the wrong type', (volume, what, remedy) => {
  const [told, ...more] = check(pod({ volume }))
  expect(told).toMatch(/^6 /)
  expect(told).toContain(what)
  expect(told).toContain(remedy)
  expect(more).toEqual([])
})

describe('files that all nodes share', () => {
  test('are not mounted for writing', () => {
    expect(check(pod({ mount: '/m' }))).toEqual([
      '12 The container main mounts /var/local/models without readOnly: true, and all nodes share these files. As root it would change them for all; any other user gets "Permission denied". Write readOnly: true, or :rw behind /var/local/models in node-files.',
    ])
    expect(check(pod({ mount: '/m, readOnly: no' }))).toHaveLength(1)
    expect(check(pod({ mount: '/m, readOnly: yes' }))).toEqual([])
    expect(check(pod({ mount: '/m', volume: host('/var/local/models/llama') }))).toHaveLength(1)
  })

  test('are copies of their own with :rw', () => {
    const files = [{ ...models, isWritable: true }]
    expect(check(pod({ mount: '/m' }), { files })).toEqual([])
  })
})

const claimed = (change: { readonly claim?: string; readonly path?: string } = {}): string => {
  const { claim = '{ claimName: models }', path = models.target } = change
  return [
    'kind: PersistentVolume',
    'metadata: { name: models-kind-worker }',
    'spec:',
    '  local:',
    `    path: ${path}`,
    '  nodeAffinity:',
    '    required:',
    '      nodeSelectorTerms:',
    '      - matchExpressions:',
    '        - { key: kubernetes.io/hostname, operator: In, values: [kind-worker] }',
    '---',
    'kind: PersistentVolumeClaim',
    'metadata: { name: models, namespace: default }',
    'spec: { volumeName: models-kind-worker }',
    '---',
    pod({
      volume: `persistentVolumeClaim: ${claim}`,
      mount: '/m, readOnly: true',
      spec: '  securityContext:\n    fsGroup: 1000',
    }),
  ].join('\n')
}

describe('a local PersistentVolume', () => {
  test('of shared files is not for fsGroup, unless its claim is read-only', () => {
    expect(check(claimed())).toEqual([
      '30 With fsGroup, the kubelet changes group and mode of every file of /var/local/models, which all nodes share: it is a local PersistentVolume. Write readOnly: true below persistentVolumeClaim of the volume models, or use hostPath, where fsGroup does nothing.',
    ])
    const claim = '{ claimName: models, readOnly: true }'
    expect(check(claimed({ claim }))).toEqual([])
    // All mounts of a claim that is read-only are, too.
    expect(check(claimed({ claim }).replace('      readOnly: true\n', ''))).toEqual([])
    expect(check(claimed().replace('      readOnly: true\n', ''))).toHaveLength(2)
    expect(check(claimed(), { files: [{ ...models, isWritable: true }] })).toEqual([])
    expect(check(claimed().replace('  local:', '  hostPath:'))).toEqual([])
    const spec = '  securityContext:\n    fsGroup: 1000'
    expect(check(pod({ spec }))).toEqual([])
  })

  test('is found by what it is kept for, too', () => {
    const text = claimed()
      .replace('spec: { volumeName: models-kind-worker }', 'spec: {}')
      .replace('  local:', '  claimRef: { name: models, namespace: default }\n  local:')
    expect(check(text)).toHaveLength(1)
    expect(check(text.replace('claimRef: { name: models', 'claimRef: { name: other'))).toEqual([])
  })

  test('is told of at its own line, with the same words', () => {
    expect(check(claimed({ path: '/var/local/modles' }))).toEqual([
      expect.stringMatching(
        /^5 The PersistentVolume models-kind-worker is .* would wait .* Write path: /,
      ),
    ])
    expect(check(claimed({ path: '/var/local/one.gguf' }))[0]).toMatch(
      /^5 .*a file, and Kubernetes takes only folders for local volumes/,
    )
  })

  test('of a node that has no files', () => {
    const files = [{ ...models, nodes: ['kind-worker2'] }]
    const claim = '{ claimName: models, readOnly: true }'
    expect(check(claimed({ claim }), { files })).toEqual([
      '8 The PersistentVolume models-kind-worker is of kind-worker, and only kind-worker2 gets /var/local/models. Add kind-worker to nodes, or write nodeSelector: { kubernetes.io/hostname: kind-worker2 }.',
    ])
  })
})

describe('nodes that do not get the files', () => {
  const files = [{ ...models, nodes: ['kind-worker'] }]
  const checkSpec = (spec: string) => check(pod({ spec }), { files })
  const affinity = (expression: string): string =>
    `  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [${expression}] }] } } }`

  test('may get the pods', () => {
    expect(checkSpec('')).toEqual([
      '9 Pods of the Pod api may start on kind-worker2, and only kind-worker gets /var/local/models. Add kind-worker2 to nodes, or write nodeSelector: { kubernetes.io/hostname: kind-worker }.',
    ])
    // A control plane takes no ordinary pods beside workers.
    const workers = [{ ...models, nodes: ['kind-worker', 'kind-worker2'] }]
    expect(check(pod({}), { files: workers })).toEqual([])
    const key = 'key: node-role.kubernetes.io/control-plane'
    const tell = (toleration: string) =>
      check(pod({ spec: `  tolerations: [{ ${toleration} }]` }), { files: workers })
    for (const all of ['operator: Exists', key, `${key}, operator: Exists, effect: NoSchedule`])
      expect(tell(all)[0]).toMatch(/may start on kind-control-plane/)
    for (const other of ['operator: Exists, effect: NoExecute', `${key}, value: x`, 'key: gpu'])
      expect(tell(other)).toEqual([])
  })

  test.each([
    '  nodeName: kind-worker2',
    '  nodeSelector: { kubernetes.io/hostname: kind-worker2 }',
    affinity('{ key: kubernetes.io/hostname, operator: NotIn, values: [kind-worker] }'),
    affinity('{ key: metadata.name, operator: In, values: [kind-worker2, other] }'),
    affinity('{ key: node-role.kubernetes.io/control-plane, operator: NotIn, values: [x] }'),
    affinity('{ key: node-role.kubernetes.io/control-plane, operator: DoesNotExist }'),
  ])('get them by %s', (spec) => {
    expect(checkSpec(spec)).toEqual([
      expect.stringMatching(/^14 Pods of the Pod api run on kind-worker2, and only kind-worker /),
    ])
  })

  test.each([
    '  nodeName: kind-worker',
    '  nodeName: $NODE',
    '  nodeSelector: { kubernetes.io/hostname: kind-worker }',
    '  nodeSelector: { disk: fast }',
    '  nodeSelector: { node-role.kubernetes.io/control-plane: "" }',
    affinity('{ key: kubernetes.io/hostname, operator: In, values: [kind-worker] }'),
    affinity('{ key: zone, operator: Exists }'),
    affinity('{ key: kubernetes.io/hostname, operator: NotIn, values: [$NODE] }'),
    affinity('{ key: kubernetes.io/hostname, operator: Gt, values: [kind-worker] }'),
  ])('do not get them, or nobody knows, by %s', (spec) => {
    expect(checkSpec(spec)).toEqual([])
  })
})

test('a workload of every kind, and all its containers', () => {
  const template = `
kind: StatefulSet
metadata: { name: db }
spec:
  template:
    spec:
      volumes:
      - { name: m, hostPath: { path: /var/local/models } }
      initContainers:
      - { name: first, image: $IMAGE, volumeMounts: [{ name: m, mountPath: /m }] }
      containers:
      - { name: main, image: "a:1", volumeMounts: [{ name: m, mountPath: /m, readOnly: true }] }
`
  const manifests = { ...parseManifest(template, 'a.yaml'), warnings: [] }
  expect(checkFiles(manifests, nodes, { files: [models], others: [] })).toEqual([
    {
      message: expect.stringMatching(/^The container first mounts/),
      location: { file: 'a.yaml', line: 10 },
    },
  ])
})
