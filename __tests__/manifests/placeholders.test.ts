import { expect, test } from 'vitest'
import { decodeManifest } from '../../src/manifests/decode.ts'
import { parseManifest } from '../../src/manifests/parse-manifest.ts'
import { isPlaceholder } from '../../src/manifests/placeholders.ts'

test.each([
  '$IMAGE',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as shells have it
  '${IMAGE}:1',
  '$(IMAGE)',
  'registry.example.org/app:$TAG',
  '%IMAGE%',
  '<image>',
  '<your-registry>/app:1',
  '@@IMAGE@@',
  '__IMAGE__',
  'IMAGE_PLACEHOLDER',
  'IMAGE',
  '#{IMAGE}#',
  '{{ .Values.image }}',
  '[[ image ]]',
  'REPLACE_ME',
  'replaceme/app:1',
])('%s is not filled in yet', (image) => {
  expect(isPlaceholder(image)).toBe(true)
})

test.each([
  'api',
  'api:dev',
  'a/b_c:1',
  'localhost:5000/a-b:v1.2_3',
  'ghcr.io/acme/api@sha256:0',
  'api:RELEASE',
  'acme/team__app:1',
  'todo:1',
  'todo-api:dev',
  'registry:5000/a:1_2__3',
])('%s is a name', (image) => {
  expect(isPlaceholder(image)).toBe(false)
})

const podOf = (image: string): string =>
  `kind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: '${image}'}]}\n`

test("ko's images are ko's to name", () => {
  const { warnings } = parseManifest(podOf('ko://example.org/cmd/app'), 'a.yaml')
  expect(warnings.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^ko builds and names/),
  ])
})

const json = (name: string): string =>
  `{\n"kind": "Pod", "metadata": {"name": "${name} {[\\" }"},\n"spec": {"containers": [{"name": "c", "image": "${name}:1"}]}\n}`

test.each([
  ['one after another', `${json('a')}${json('b')}`, [4, 3]],
  ['on lines of their own', `${json('a')}\n\n${json('b')}\n`, [4, 8]],
])('JSON objects, %s', (_name, text) => {
  const { workloads, warnings } = parseManifest(text, 'all.json')
  expect(warnings).toEqual([])
  expect(workloads.map(({ containers }) => containers.map(({ image }) => image))).toEqual([
    ['a:1'],
    ['b:1'],
  ])
  const line = text.split('\n').findIndex((each) => each.includes('b:1')) + 1
  expect(workloads[1]?.containers[0]?.line).toBe(line)
})

test.each<[string, Buffer, string]>([
  ['UTF-16 of Windows', Buffer.from('\ufeffkind: é', 'utf16le'), 'kind: é'],
  ['big-endian UTF-16', Buffer.from('\ufeffkind: é', 'utf16le').swap16(), 'kind: é'],
  ['UTF-8 with a mark', Buffer.from('\ufeffkind: é'), 'kind: é'],
  ['UTF-8', Buffer.from('kind: é'), 'kind: é'],
])('%s is read', (_name, bytes, text) => {
  expect(decodeManifest(bytes)).toEqual({ text })
})

test.each<[string, Buffer, RegExp]>([
  ['UTF-16 without a mark', Buffer.from('kind', 'utf16le'), /not UTF-8 text \(UTF-16/],
  ['Latin-1', Buffer.from('é', 'latin1'), /not UTF-8 text/],
])('%s is named', (_name, bytes, why) => {
  expect(decodeManifest(bytes)).toEqual({ why: expect.stringMatching(why) })
})
