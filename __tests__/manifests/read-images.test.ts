import { describe, expect, test } from 'vitest'
import { parseManifest } from '../../src/manifests/parse-manifest.ts'

const digest = `sha256:${'a'.repeat(64)}`

/** `line name`, of what is one, and `line why`, of what may be. */
const tell = (text: string) => {
  const { images, unknownImages } = parseManifest(text, 'k8s/a.yaml')
  return {
    images: images.map(({ reference, line }) => `${line} ${reference.given}`),
    unknown: unknownImages.map(({ line, why }) => `${line} ${why}`),
  }
}

const imagesOf = (text: string): readonly string[] => tell(text).images

/** A custom resource with these lines in its spec; the first one is line 4. */
const custom = (lines: string, apiVersion = 'acme.example.com/v1'): string =>
  `apiVersion: ${apiVersion}
kind: Thing
spec:
${lines}`

describe('pods', () => {
  test('containers of all kinds and volumes have images, at their lines', () => {
    const text = `kind: Pod
spec:
  initContainers:
    - image: busybox:1
    - { image: "proxy:1@${digest}", restartPolicy: Always }
  containers:
    - image: nginx
    - image: localhost:5000/a/b
  ephemeralContainers:
    - image: debug:1
  volumes:
    - name: data
      image:
        reference: ghcr.io/acme/model:3
    - { name: other, emptyDir: {} }
`
    expect(imagesOf(text)).toEqual([
      '4 busybox:1',
      `5 proxy:1@${digest}`,
      '7 nginx',
      '8 localhost:5000/a/b',
      '10 debug:1',
      '14 ghcr.io/acme/model:3',
    ])
  })

  test.each([
    [
      'Deployment',
      'apps/v1',
      '{ spec: { template: { spec: { containers: [{ image: "a:1" }] } } } }',
    ],
    [
      'CronJob',
      'batch/v1',
      '{ spec: { jobTemplate: { spec: { template: { spec: { containers: [{ image: "a:1" }] } } } } } }',
    ],
    ['PodTemplate', 'v1', '{ template: { spec: { containers: [{ image: "a:1" }] } } }'],
    [
      'Rollout',
      'argoproj.io/v1alpha1',
      '{ spec: { template: { spec: { containers: [{ image: "a:1" }] } } } }',
    ],
  ])('of a %s', (kind, apiVersion, rest) => {
    const object = { apiVersion, kind }
    const text = JSON.stringify(object).slice(0, -1)
    expect(imagesOf(`${text}, ${rest.slice(1)}`)).toEqual(['1 a:1'])
  })

  test('of lists, of each document, and by aliases', () => {
    const text = `kind: List
items:
  - { kind: Pod, spec: { containers: [&c { image: "a:1" }] } }
  - { kind: Pod, spec: { containers: [*c, { image: "b:1" }] } }
---
kind: Pod
spec: { containers: [{ <<: { image: "c:1" } }] }
`
    expect(imagesOf(text)).toEqual(['3 a:1', '3 a:1', '4 b:1', '7 c:1'])
  })

  test('arguments of known programs name images, with = and without', () => {
    const text = `kind: Pod
spec:
  containers:
    - image: operator:1
      command: [operator, -entrypoint-image, "tekton/entrypoint:1"]
      args:
        - --prometheus-config-reloader=quay.io/p/reloader:v1
        - --acme-http01-solver-image=quay.io/j/solver
        - --executor-image
        - quay.io/argoproj/argoexec:v3
        - --shell-image-win
        - mcr.microsoft.com/powershell:nanoserver
        - --password=hunter2:1
        - --name-of-image=hunter2
`
    const told = tell(text)
    expect(told.images).toEqual([
      '4 operator:1',
      '5 tekton/entrypoint:1',
      '7 quay.io/p/reloader:v1',
      '8 quay.io/j/solver',
      '10 quay.io/argoproj/argoexec:v3',
    ])
    expect(told.unknown).toEqual(['14 the argument --name-of-image is not one that Slipway knows'])
    expect(JSON.stringify(parseManifest(text, 'a.yaml'))).not.toContain('hunter2')
  })

  test('the newest flag of OpenTelemetry and the variables of Longhorn name images', () => {
    const text = `kind: Pod
spec:
  containers:
    - args: ["--clusterobservability-collector-image=otel/a:1"]
      env:
        - { name: CSI_ATTACHER_IMAGE, value: "longhornio/csi-attacher:v4" }
        - { name: OTHER_IMAGE, value: "hunter2:1" }
`
    const images = ['4 otel/a:1', '6 longhornio/csi-attacher:v4']
    expect(tell(text)).toEqual({ images, unknown: [] })
  })

  test('RELATED_IMAGE_ variables name images, no other ones', () => {
    const text = `kind: Pod
spec:
  containers:
    - image: operator:1
      args: ["--collector-image=$(RELATED_IMAGE_A)"]
      env:
        - { name: RELATED_IMAGE_A, value: "quay.io/a/a:1" }
        - { name: RELATED_IMAGE_B, value: "" }
        - { name: RELATED_IMAGE_C, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
        - { name: PASSWORD, value: "hunter2:1" }
        - { value: "hunter2:1" }
`
    expect(tell(text)).toEqual({ images: ['4 operator:1', '7 quay.io/a/a:1'], unknown: [] })
  })

  test('what cannot be known is said, each at its line', () => {
    const text = `kind: Pod
spec:
  containers:
    - image: $IMAGE
    - image: ko://example.com/cmd
    - image: ""
    - image: Not/A Name
    - args: ["--executor-image=\${EXECUTOR}", "--executor-image=", "--executor-image"]
`
    expect(tell(text)).toEqual({
      images: [],
      unknown: [
        '4 "$IMAGE" is a placeholder',
        '5 "ko://example.com/cmd" gets its name when ko applies the file',
        `8 "$\{EXECUTOR}" is a placeholder`,
      ],
    })
  })
})

describe('custom resources', () => {
  test.each([
    ['image: postgres:16', 'postgres:16'],
    ['imageName: ghcr.io/cloudnative-pg/postgresql:16.2', 'ghcr.io/cloudnative-pg/postgresql:16.2'],
    [`baseImage: a/b@${digest}`, `a/b@${digest}`],
    ['a: [{ b: { dockerImage: "registry:5000/a:1" } }]', 'registry:5000/a:1'],
    ['{ image: a/b, tag: v1 }', 'a/b:v1'],
    ['{ baseImage: a/b, baseImageTag: v2, tag: v1 }', 'a/b:v2'],
    ['image: { repository: a/b, tag: 16 }', 'a/b:16'],
    ['image: { registry: quay.io, repository: a/b, tag: v1 }', 'quay.io/a/b:v1'],
    [
      `image: { registry: quay.io, repository: a/b, tag: "", digest: "${digest}" }`,
      `quay.io/a/b@${digest}`,
    ],
    [`image: { repository: a/b, tag: v1, digest: "${digest}" }`, `a/b:v1@${digest}`],
    ['images: { agent: { repository: a/b, tag: v1 } }', 'a/b:v1'],
    ['images: [{ repository: a/b, tag: v1 }]', 'a/b:v1'],
    ['volumes: [{ image: { reference: "a/b:1" } }]', 'a/b:1'],
    ['containers: [{ args: ["--executor-image=a/b:1"] }]', 'a/b:1'],
    ['pod: { env: [{ name: RELATED_IMAGE_X, value: a/b }] }', 'a/b'],
  ])('%s', (line, expected) => {
    expect(tell(custom(`  ${line}\n`))).toEqual({ images: [`4 ${expected}`], unknown: [] })
  })

  test('merged maps give what is not there, the first of a list and the last key', () => {
    const first = 'a: &a { image: "a:1", baseImage: "a:2" }'
    const second = 'b: &b { image: "b:1", otherImage: "b:3" }'
    const text = `  x: [{ ${first}, ${second} }]\n  y: { <<: [*a, *b], image: "c:1" }\n  z: { <<: [*a, *b] }\n`
    expect(
      imagesOf(custom(text))
        .slice(4)
        .map((line) => line.slice(2)),
    ).toEqual([...['c:1', 'b:3', 'a:2'], ...['a:1', 'b:3', 'a:2']])
  })

  test.each([
    ['image: quay.io/a/b', '"quay.io/a/b" has no tag, and may be no image'],
    ['image: debian', '"debian" has no tag, and may be no image'],
    ['image: { repository: a/b }', '"a/b" has no tag, and may be no image'],
    ['image: $(params.image)', '"$(params.image)" is a placeholder'],
    [
      '{ repository: nvcr.io/nvidia, image: driver, version: "550" }',
      'of "driver" its operator makes a name',
    ],
  ])('%s is said, and not taken', (line, why) => {
    expect(tell(custom(`  ${line}\n`))).toEqual({ images: [], unknown: [`4 ${why}`] })
  })

  test.each([
    'image: https://example.com/disk.qcow2',
    'image: { type: string }',
    'image: true',
    'image:',
    'image: [a, b]',
    'imagePullPolicy: a:1',
    'url: a/b:1',
    'chart: { repository: a/b, tag: v1 }',
    'git: { reference: a/b:1 }',
    'volumes: [{ image: { reference: "slipway.local/models:0123456789abcdef" } }]',
  ])('%s is no image', (line) => {
    expect(tell(custom(`  ${line}\n`)).images).toEqual([])
  })

  test.each(['jobset.x-k8s.io/v1alpha2', 'sparkoperator.k8s.io/v1beta2'])(
    'a Thing of %s has them, although the name is like those of Kubernetes itself',
    (apiVersion) => {
      expect(tell(custom('  image: a:1\n', apiVersion)).images).toEqual(['4 a:1'])
    },
  )

  test.each([
    'v1',
    'apps/v1',
    'apiextensions.k8s.io/v1',
    'kustomize.config.k8s.io/v1beta1',
    'kind.x-k8s.io/v1alpha4',
    '',
  ])('a Thing of %s has none', (apiVersion) => {
    expect(tell(custom('  image: a:1\n', apiVersion))).toEqual({ images: [], unknown: [] })
  })

  test('ConfigMaps, Secrets, metadata and status are not read', () => {
    const text = `kind: ConfigMap
apiVersion: v1
data: { image: "a:1" }
---
kind: Secret
apiVersion: v1
stringData: { image: "a:1" }
---
kind: Thing
apiVersion: acme.example.com/v1
metadata: { annotations: { image: "a:1" } }
status: { image: "a:1" }
`
    expect(tell(text)).toEqual({ images: [], unknown: [] })
  })
})

describe('hostile values', () => {
  test.each([
    'a:1\\n::error::x',
    '../../etc/passwd:1',
    '/etc/passwd',
    'a:1](https://evil.example)',
    'a:`id`',
    '-a:1',
    'a:$(id)',
    'a/b:1@sha256:zz',
    '[x](y):1',
    `${'a'.repeat(256)}:1`,
    `a:${'1'.repeat(129)}`,
    'a:1\\u202e',
    'a\\u0000:1',
  ])('%s is no name', (name) => {
    const value = `"${name}"`
    const pod = `kind: Pod\nspec: { containers: [{ image: ${value}, env: [{ name: RELATED_IMAGE_A, value: ${value} }] }] }\n`
    for (const text of [pod, custom(`  image: ${value}\n`)]) {
      const { images, unknown } = tell(text)
      expect(images).toEqual([])
      for (const line of unknown) expect(line).toMatch(/^\d+ [ -~]*$/)
    }
  })

  test('what would go on for ever is given up, and the rest of the file is read', () => {
    const levels = Array.from(
      { length: 9 },
      (_, depth) =>
        `  m${depth + 1}: &m${depth + 1} [${Array.from({ length: 20 }, () => `*m${depth}`).join(', ')}]\n`,
    )
    const text = `kind: Pod\nspec: { containers: [{ image: "b:1" }] }\n---\n${custom(`  m0: &m0 { image: "a:1" }\n${levels.join('')}`)}`
    const { workloads, unknownImages, warnings } = parseManifest(text, 'a.yaml')
    expect(workloads).toHaveLength(1)
    expect(warnings).toEqual([])
    expect(unknownImages).toEqual([
      { file: 'a.yaml', line: 4, why: 'the object is too large to be searched for images' },
    ])
  }, 30_000)

  test('a map that holds itself, and one that is very deep', () => {
    expect(imagesOf(custom('  a: &a { image: "a:1", again: *a }\n')).length).toBeLessThan(50)
    const deep = `${'{ a: '.repeat(500)}{ image: "a:1" }${' }'.repeat(500)}`
    expect(imagesOf(custom(`  b: ${deep}\n`))).toEqual([])
  })
})
