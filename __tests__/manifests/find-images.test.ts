import { describe, expect, test } from 'vitest'
import { parseImageReference } from '../../src/image/reference.ts'
import type { Loaded } from '../../src/manifests/check-images.ts'
import {
  findNamedImages,
  renderNamedImages,
  renderOthers,
} from '../../src/manifests/find-images.ts'
import { joinManifests, type NamedImage } from '../../src/manifests/workload.ts'
import { workloadOf } from '../support/manifests.ts'

const digest = `sha256:${'a'.repeat(64)}`

const toReference = (name: string) => {
  const reference = parseImageReference(name)
  if (typeof reference === 'string') throw new Error(reference)
  return reference
}

const named = (...names: readonly string[]): readonly NamedImage[] =>
  names.map((name, index) => ({
    reference: toReference(name),
    file: 'k8s/a.yaml',
    line: index + 1,
  }))

const load = (names: readonly string[], digestNames: readonly string[] = []): Loaded => ({
  wanted: names.map(toReference),
  images: [{ digestNames }],
})

const find = (
  names: readonly string[],
  loaded: Loaded = load([]),
  exclude: readonly string[] = [],
): readonly string[] =>
  findNamedImages({ images: named(...names) }, loaded, exclude).map(
    ({ reference, line }) => `${line} ${reference.given}`,
  )

describe('which images the manifests add', () => {
  test('one that is named often is one, at its first line, by the name that a node looks for', () => {
    const names = ['a:1', 'docker.io/library/a:1', 'a', 'a:latest', `b:1@${digest}`, `b@${digest}`]
    expect(find(names)).toEqual(['1 a:1', '3 a', `5 b:1@${digest}`])
  })

  test('n:tag and n:tag@digest are two names for a node', () => {
    expect(find(['b:1', `b:1@${digest}`])).toEqual(['1 b:1', `2 b:1@${digest}`])
  })

  test('what is built or listed is not added', () => {
    const loaded = load(['api:dev', `c:1@${digest}`], [`docker.io/library/d@${digest}`])
    const names = ['docker.io/library/api:dev', 'api:sha-0123456789ab', 'c:1', `c@${digest}`]
    expect(find([...names, `d@${digest}`, 'd:1', 'api:2'], loaded)).toEqual(['6 d:1', '7 api:2'])
  })

  test.each([
    ['ghcr.io/acme/*', ['1 postgres:16', '3 ghcr.io/other/x:1']],
    ['postgres:*', ['2 ghcr.io/acme/x:1', '3 ghcr.io/other/x:1']],
    ['docker.io/library/postgres:16', ['2 ghcr.io/acme/x:1', '3 ghcr.io/other/x:1']],
    ['postgres', ['1 postgres:16', '2 ghcr.io/acme/x:1', '3 ghcr.io/other/x:1']],
    ['*', []],
  ])('%s leaves images out', (pattern, expected) => {
    const names = ['postgres:16', 'ghcr.io/acme/x:1', 'ghcr.io/other/x:1']
    expect(find(names, load([]), [pattern])).toEqual(expected)
  })

  test('more than anybody means are refused, with what to do', () => {
    const names = Array.from({ length: 201 }, (_, index) => `a:${index}`)
    expect(() => find(names)).toThrow(/^images-from: the manifests name 201 images$/)
    expect(find(names, load([]), ['a:1*'])).toHaveLength(90)
  })
})

describe('what is told', () => {
  test('what is taken, and from where', () => {
    expect(renderNamedImages(named('a:1', 'b:1'), joinManifests([]))).toEqual([
      'images-from: the manifests name 2 images besides: a:1 (k8s/a.yaml:1), b:1 (k8s/a.yaml:2).',
    ])
    expect(renderNamedImages([], joinManifests([]))).toEqual([
      'images-from: the manifests name no image that this step does not load anyway.',
    ])
  })

  test('what cannot be known is one line each, and not without end', () => {
    const unknown = (line: number) => ({
      file: 'k\n::error::x.yaml',
      line,
      why: '"$A" is a placeholder',
    })
    const tell = (count: number) => {
      const unknownImages = Array.from({ length: count }, (_, index) => unknown(index + 1))
      return renderNamedImages([], joinManifests([{ unknownImages }])).slice(1)
    }
    expect(tell(2)).toEqual([
      'images-from: not k\\n::error::x.yaml:1: "$A" is a placeholder.',
      'images-from: not k\\n::error::x.yaml:2: "$A" is a placeholder.',
    ])
    expect(tell(100)).toHaveLength(21)
    expect(tell(100).at(-1)).toBe('images-from: 80 more places may name an image.')
  })

  test('what pods pull where nothing is taken, without what others name', () => {
    const images = named('api:dev', 'postgres:16', 'reloader:1', 'postgres:16')
    const workloads = [workloadOf([{ image: 'api:dev' }, { image: 'postgres:16' }])]
    const manifests = joinManifests([{ images, workloads }])
    expect(renderOthers(manifests, load(['api:dev']))).toBe(
      'Each node pulls what it lacks of postgres:16: pods use it, and this step does not load it. images-from: manifests does.',
    )
    expect(renderOthers(manifests, load(['api:dev', 'postgres:16']))).toBeUndefined()
    const model = { name: 'm', image: 'reloader:1', pullPolicy: undefined, line: 1 }
    const mounting = [workloadOf([], { imageVolumes: [model] })]
    expect(renderOthers({ ...manifests, workloads: mounting }, load([]))).toContain(
      'of reloader:1:',
    )
  })
})
