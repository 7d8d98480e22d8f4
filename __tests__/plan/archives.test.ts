import { expect, test } from 'vitest'
import { planArchives } from '../../src/plan/archives.ts'
import { toStep } from '../../src/plan/steps.ts'
import { foundFacts } from '../support/found.ts'

test('each image of an archive is unpacked when there is room, loaded, and then reported', () => {
  const references = [{ given: 'api:1', canonical: 'docker.io/library/api:1' }]
  const image = { manifest: '', config: '', layers: [] }
  const archived = [{ given: '/a.tar', file: '/a.tar', references, image }]
  const work = { kind: 'prune-cache' } as const
  const steps = planArchives(
    { ...foundFacts, archived },
    (_, source, needs) => toStep(`load ${source.kind}`, work, { needs }),
    (_, source, needs, loadedBy) => [
      toStep(`report ${source.kind}`, work, { needs: [...needs, loadedBy ?? ''] }),
    ],
    ['wait for disk'],
  )
  expect(steps.map(({ id, needs }) => [id, needs])).toEqual([
    ['unpack api:1', ['wait for disk']],
    ['load unpacked', ['unpack api:1']],
    ['report unpacked', ['unpack api:1', 'load unpacked']],
  ])
})
