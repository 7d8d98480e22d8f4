import { expect, test } from 'vitest'
import { checkImages } from '../../src/manifests/check-images.ts'
import { findManifests } from '../../src/manifests/find-manifests.ts'

const folder = new URL('../cases/20-manifests', import.meta.url).pathname

/** What the step loads in these stories. */
const reference = { given: 'case-x:latest', canonical: 'docker.io/library/case-x:latest' }
const digestNames = [`docker.io/library/case-x@sha256:${'a'.repeat(64)}`]
const loaded = { images: [{ digestNames }], wanted: [reference] }

/** `line: message`, of reading and of checking the images. */
const tell = async (file: string): Promise<readonly string[]> => {
  const { workloads, warnings } = await findManifests([file], folder)
  return [...warnings, ...checkImages(workloads, loaded)].map(
    ({ message, location }) => `${location?.line}: ${message}`,
  )
}

const pulls = /The container \S+ pulls case-x\S* from a registry/

test.each<[string, readonly RegExp[]]>([
  ['pod.yaml', [/^8: /]],
  ['crlf.yaml', [/^8: /]],
  ['bom.yaml', [/^8: /]],
  // Two files in one, as `cat` leaves them.
  ['bom-middle.yaml', [/^8: /, /^17: /]],
  ['tabs.json', [/^7: /]],
  ['tag.yaml', [/^7: /]],
  ['list.yaml', [/^10: /, /^15: /]],
  ['docend.yaml', [/^9: /, /^17: /]],
  ['crs.yaml', [/^4: /, /^9: /, /^14: /]],
])('%s is read, and its images are judged at their lines', async (file, lines) => {
  const told = await tell(file)
  expect(told).toHaveLength(lines.length)
  for (const [index, line] of lines.entries()) {
    expect(told[index]).toMatch(line)
    expect(told[index]).toMatch(pulls)
  }
})

test('UTF-16 is read', async () => {
  const { workloads, warnings } = await findManifests(['utf16.yaml'], folder)
  expect(warnings).toEqual([])
  expect(workloads.flatMap(({ containers }) => containers.map(({ image }) => image))).toEqual([
    'hunt-x:latest',
  ])
})

test.each<[string, RegExp]>([
  ['tab.yaml', /^6: Not checked from here on: YAML allows no tab here/],
  ['helm.yaml', /^1: Not checked from here on: this is an unrendered template/],
  ['merge.yaml', /^16: A map has the merge key << twice/],
  ['trailing.json', /^3: Not checked: this is not valid JSON\. kubectl takes no comments/],
  ['placeholders.yaml', /^6: The image "\$IMAGE" is a placeholder/],
  ['longline.yaml', /^10: .*it has white space around it/],
  ['quantities.yaml', /^11: Kubernetes refuses the amount "64 Gi" of memory/],
])('%s is told in words of its own, at its line', async (file, expected) => {
  expect((await tell(file))[0]).toMatch(expected)
})

test.each(['empty.yaml', 'empty.json', 'dashes.yaml', 'comments.yaml', 'kustomization.yaml'])(
  '%s has nothing to be told',
  async (file) => {
    expect(await tell(file)).toEqual([])
  },
)

test('merge keys are followed, also where there are two', async () => {
  const { workloads } = await findManifests(['merge.yaml'], folder)
  const containers = workloads.flatMap((workload) => workload.containers)
  expect(containers.map(({ name, image, pullPolicy }) => [name, image, pullPolicy])).toEqual([
    ['one', 'case-x:latest', undefined],
    ['two', 'case-x:latest', 'Always'],
    ['three', 'case-x:latest', 'Always'],
  ])
})
