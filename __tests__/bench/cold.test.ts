import { expect, test } from 'vitest'
import { type Figures, judge } from '../../script/bench.d/cold/bars.ts'
import { createPace } from '../../script/bench.d/cold/pace.ts'
import { startCacheService } from '../support/cache-service.ts'

const good: Figures = {
  ...{ unchanged: [13, 90, 1], changed: [15], everything: [1.5], gha: [104], tars: [104] },
  ...{ nodesBytes: 2e9, fetchedForFull: 0, savedBytes: 200_000, newBytes: 100_000 },
  ...{ madeByMain: 0, postSeconds: 20, poison: undefined },
}

const missedOf = (figures: Partial<Figures>): readonly string[] =>
  judge({ ...good, ...figures })
    .filter(({ isMet }) => !isMet)
    .map(({ name }) => name)

test('bars of cold builds are met at their very edge, and missed behind it', () => {
  expect(missedOf({})).toEqual([])
  expect(missedOf({ unchanged: [13.1] })).toEqual(['unchanged', 'gha', 'tars'])
  expect(missedOf({ changed: [15.1] })).toEqual(['changed'])
  expect(missedOf({ gha: [103.9] })).toEqual(['gha'])
  expect(missedOf({ tars: [] })).toEqual(['tars'])
  expect(missedOf({ everything: [1.6] })).toEqual(['everything'])
  expect(missedOf({ fetchedForFull: 1 })).toEqual(['everything'])
  expect(missedOf({ savedBytes: 200_001 })).toEqual(['saved'])
  expect(missedOf({ madeByMain: 1 })).toEqual(['main-saves'])
  expect(missedOf({ postSeconds: 20.1 })).toEqual(['post'])
  expect(missedOf({ savedBytes: undefined })).toEqual(['saved'])
  expect(missedOf({ poison: 'it is not named' })).toEqual(['poisoned'])
})

test('what was not measured is called that, and its bar is missed', () => {
  const times = { unchanged: [], changed: [], everything: [], gha: [], tars: [] }
  const nothing = { ...times, savedBytes: undefined, poison: 'not measured' }
  const verdicts = judge({ ...good, ...nothing })
  const unmeasured = verdicts.filter(({ measured }) => measured.includes('not measured'))
  expect(unmeasured).toHaveLength(7)
  expect(unmeasured.map(({ name }) => name)).toEqual(missedOf(nothing))
  expect(JSON.stringify(verdicts)).not.toContain('NaN')
})

test('what the store sends and takes shares one wire', async () => {
  const service = await startCacheService(createPace(4_000_000))
  try {
    const ask = async (name: string, body: object) => {
      const url = `${service.resultsUrl}twirp/github.actions.results.api.v1.CacheService/${name}`
      const headers = { authorization: `Bearer ${service.token}` }
      const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
      return (await answer.json()) as Readonly<Record<string, string>>
    }
    const version = 'v'
    const content = new Uint8Array(600_000).fill(7)
    const put = async (key: string): Promise<void> => {
      const { signed_upload_url: to = '' } = await ask('CreateCacheEntry', { key, version })
      const headers = { 'x-ms-blob-type': 'BlockBlob' }
      await fetch(to, { method: 'PUT', headers, body: content })
      await ask('FinalizeCacheEntryUpload', { key, version, size_bytes: content.length })
    }
    const began = performance.now()
    await Promise.all([put('a'), put('b')])
    // 1.2 MB, of which the last piece is not waited for.
    expect(performance.now() - began).toBeGreaterThan(250)
    const { signed_download_url: from = '' } = await ask('GetCacheEntryDownloadURL', {
      ...{ key: 'a', version },
    })
    const fetched = performance.now()
    expect(new Uint8Array(await (await fetch(from)).arrayBuffer())).toEqual(content)
    expect(performance.now() - fetched).toBeGreaterThan(100)
    expect(service.requests.at(-1)).toMatchObject({ name: 'GET blob', key: 'a' })
  } finally {
    await service.stop()
  }
})
