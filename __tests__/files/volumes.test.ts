import { describe, expect, test } from 'vitest'
import { toFilesImage, toObjectName, toVolume } from '../../src/files/volumes.ts'
import type { NodeFiles } from '../../src/inputs/node-files.ts'
import { isFilesImage } from '../../src/ownership.ts'

const files = (change: Partial<NodeFiles> = {}): NodeFiles => ({
  given: 'models:/var/local/models',
  origin: { kind: 'local', path: '/w/models' },
  target: '/var/local/models',
  isWritable: false,
  ...change,
})

const nodes = [{ name: 'kind-worker' }, { name: 'kind-worker2' }]

const namesOf = (given: NodeFiles, all: readonly { readonly name: string }[]) =>
  toVolume(given, false, 1, all).persistentVolumes.map(
    (each) => (each as { readonly metadata: { readonly name: string } }).metadata.name,
  )

test.each([
  ['/var/local/models', 'models'],
  [`/var/local/${'a'.repeat(38)}-b`, `${'a'.repeat(38)}-b`],
  ['/var/lib/Models.V2/llama_3', 'models-v2-llama-3-63366ff6'],
  ['/data/models', 'data-models-8009416b'],
  ['/var/local/@@@', 'files-983ca0fa'],
  [`/var/local/${'a'.repeat(39)}-b`, `${'a'.repeat(31)}-efdd7734`],
  [`/var/local/${'a'.repeat(30)}-${'b'.repeat(20)}`, `${'a'.repeat(30)}-ef5d6035`],
  ['/var/local/-x-', 'x-dd1fb127'],
])('%s has the name %s, which Kubernetes takes', (target, name) => {
  expect(toObjectName(target)).toBe(name)
  expect(name).toMatch(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/)
  expect(toFilesImage(target, 'a'.repeat(16))).toSatisfy(isFilesImage)
})

const hub = '/var/local/huggingface/hub/models--sentence-transformers'

test.each([
  ['/var/local/models', '/var/lib/models'],
  ['/var/local/models', '/var/models'],
  ['/var/local/Models', '/var/local/models'],
  ['/var/local/data/models', '/var/local/data-models'],
  ['/var/local/data/models', '/data/models'],
  ['/var/local/a.b', '/var/local/a_b'],
  ['/var/local/-x-', '/var/local/x'],
  ['/var/local/@@@', '/var/local/files'],
  [`${hub}--all-MiniLM-L6-v2`, `${hub}--all-mpnet-base-v2`],
])('%s and %s have names of their own', (one, other) => {
  expect(toObjectName(one)).not.toBe(toObjectName(other))
})

describe('what a pod says of files', () => {
  test('is a hostPath that must be there, mounted read-only', () => {
    expect(toVolume(files(), false, 3e9, nodes)).toMatchObject({
      target: '/var/local/models',
      nodes: ['kind-worker', 'kind-worker2'],
      volume: { name: 'models', hostPath: { path: '/var/local/models', type: 'Directory' } },
      volumeMount: { name: 'models', mountPath: '/var/local/models', readOnly: true },
    })
    expect(toVolume(files(), undefined, 3e9, nodes).volume.hostPath.type).toBe('')
    expect(toVolume(files({ isWritable: true }), false, 1, nodes).volumeMount.readOnly).toBe(false)
  })

  test('is a volume and a claim for each node', () => {
    const { persistentVolumes } = toVolume(files(), false, 3e9, nodes)
    expect(persistentVolumes).toHaveLength(4)
    const [volume, claim] = persistentVolumes
    const required = {
      nodeSelectorTerms: [
        {
          matchExpressions: [
            { key: 'kubernetes.io/hostname', operator: 'In', values: ['kind-worker'] },
          ],
        },
      ],
    }
    expect(volume).toEqual({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'models-kind-worker' },
      spec: {
        capacity: { storage: '2862Mi' },
        accessModes: ['ReadOnlyMany'],
        persistentVolumeReclaimPolicy: 'Retain',
        storageClassName: '',
        claimRef: { namespace: 'default', name: 'models-kind-worker' },
        local: { path: '/var/local/models' },
        nodeAffinity: { required },
      },
    })
    expect(claim).toMatchObject({
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'models-kind-worker', namespace: 'default' },
      spec: {
        accessModes: ['ReadOnlyMany'],
        storageClassName: '',
        volumeName: 'models-kind-worker',
        resources: { requests: { storage: '2862Mi' } },
      },
    })
  })

  test('asks for some room even where there is nothing, and for writing once', () => {
    const [volume] = toVolume(files({ isWritable: true }), false, 0, nodes).persistentVolumes
    expect(volume).toMatchObject({
      spec: { capacity: { storage: '1Mi' }, accessModes: ['ReadWriteOnce'] },
    })
  })

  test('has no PersistentVolume of a single file, which the kubelet refuses', () => {
    const volume = toVolume(files(), true, 1, nodes)
    expect(volume.volume.hostPath.type).toBe('File')
    expect(volume.persistentVolumes).toEqual([])
  })

  test('has names that Kubernetes takes, whatever the node is called', () => {
    const long = [{ name: `${'n'.repeat(40)}.-` }, { name: 'x'.repeat(80) }]
    for (const name of namesOf(files({ target: `/var/${'m'.repeat(60)}` }), long))
      expect(name).toMatch(/^[a-z0-9][a-z0-9.-]{0,61}[a-z0-9]$/)
  })

  test.each([['/var/local/models-sentence-transformers'], [`/var/local/${'m'.repeat(60)}`]])(
    'has a name for each node, however alike they are, of %s',
    (target) => {
      const long = ['', '2', '3'].map((end) => ({
        name: `ml-preprocessing-17283746512-worker${end}`,
      }))
      const names = namesOf(files({ target }), long)
      expect(names).toHaveLength(6)
      expect(new Set(names).size).toBe(3)
      expect(namesOf(files({ target }), long)).toEqual(names)
    },
  )

  test('has the whole name where it is as long as may be', () => {
    const [name] = namesOf(files(), [{ name: 'n'.repeat(56) }])
    expect(name).toBe(`models-${'n'.repeat(56)}`)
    const [cut] = namesOf(files(), [{ name: 'n'.repeat(57) }])
    expect(cut).toMatch(/^models-n{47}-[0-9a-f]{8}$/)
  })
})
