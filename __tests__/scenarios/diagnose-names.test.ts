import { expect, test } from 'vitest'
import { findInCluster } from '../../src/diagnose/cluster/find-in-cluster.ts'
import type { LoadedImage } from '../../src/diagnose/cluster/loaded-image.ts'
import { findPullTroubles } from '../../src/diagnose/cluster/pulls.ts'
import { parseImageReference } from '../../src/image/reference.ts'
import { badDay } from '../support/kubernetes/to-cluster.ts'
import { toFacts } from '../support/kubernetes/to-facts.ts'
import { loadInto } from '../support/loading.ts'
import { buildLayered, useOneNode } from '../support/one-node.ts'
import { runPod } from '../support/pod.ts'
import { imagesOf, inNode } from '../support/testbed.ts'

const fixture = useOneNode()

const toLoaded = (given: string, node: string): LoadedImage => {
  const reference = parseImageReference(given)
  if (typeof reference === 'string') throw new Error(reference)
  const { canonical } = reference
  return { given, canonical, immutable: `${given}-by-content`, id: '', nodes: [node] }
}

test('CRI has what was loaded by the names that findings go by, and nothing else', async () => {
  const { cluster, node } = fixture
  const tag = await buildLayered('diagnosed')
  await loadInto(cluster, { images: tag })
  const image = toLoaded(tag, node)
  const nodeImages = async () => new Map([[node, await imagesOf(node)]])
  const quiet = { pods: [], events: [], nodes: [] }
  const waiting = badDay.pods.filter(({ name }) => name === 'redis')
  const waitFor = (name: string) => ({
    ...badDay,
    pods: waiting.map((pod) => ({
      ...pod,
      node,
      containers: pod.containers.map((container) => ({ ...container, image: name })),
    })),
  })

  // A kubelet asks CRI whether it has an image: by these names it has, and the findings say so.
  expect(await runPod(node, tag, ['echo', 'runs'])).toContain('runs')
  for (const name of [tag, `docker.io/${tag}`, image.canonical]) {
    expect(await inNode(node, 'crictl', 'inspecti', name)).toContain(image.canonical)
    const [late] = findPullTroubles(toFacts(waitFor(name), [image], await nodeImages(), undefined))
    expect(late?.cause).toContain('before its node had')
  }
  // By these it does not, and would have to pull.
  const [repository = ''] = tag.split(':')
  for (const name of [repository, `${repository}:2`, `ghcr.io/acme/${tag}`]) {
    await expect(inNode(node, 'crictl', 'inspecti', name)).rejects.toThrow(/no such image/)
    const [other] = findPullTroubles(toFacts(waitFor(name), [image], await nodeImages(), undefined))
    expect(other?.cause).toContain(`this job loaded ${tag}, not ${name} (`)
  }

  expect(findInCluster(toFacts(quiet, [image], await nodeImages(), undefined))).toEqual([])
  await inNode(node, 'crictl', 'rmi', tag)
  expect(findInCluster(toFacts(quiet, [image], await nodeImages(), undefined))).toMatchObject([
    { kind: 'image-collected', node, image: tag },
  ])
})
