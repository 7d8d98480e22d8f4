import { parseImageReference } from '../image/reference.ts'
import type { CacheInputs, Inputs } from './inputs.ts'
import { type Reader, toLines } from './reader.ts'
import { parseSize } from './sizes.ts'

const choices = ['none', 'gha', 'registry', 'inline', 'auto'] as const

const buildCaches = { auto: 'auto', true: 'always', false: 'never' } as const

/** Reads where builds keep their caches. */
export const readCache = ({
  text,
  choice,
  isTrue,
  report,
}: Reader): CacheInputs & Pick<Inputs, 'buildCache' | 'buildCacheBytes'> => {
  const cache = choice('cache', choices)
  const cacheRef = text('cache-ref')
  const how = 'Write a repository, such as ghcr.io/acme/cache.'
  if (cacheRef !== undefined) {
    const reference = parseImageReference(cacheRef)
    if (typeof reference === 'string') report('cache-ref', `${reference}. ${how}`, cacheRef)
    else if (cacheRef.includes('@')) {
      report('cache-ref', `a cache cannot be given a digest. ${how}`, cacheRef)
    }
    if (cache !== 'registry') {
      report('cache-ref', 'given without `cache: registry`. Set that, or leave cache-ref out.')
    }
  }
  const buildCache = buildCaches[choice('build-cache', ['false', 'auto', 'true'] as const)]
  const limit = text('build-cache-limit') ?? '5GB'
  const buildCacheBytes = parseSize(limit)
  if (buildCacheBytes === undefined)
    report('build-cache-limit', 'not a size. Write 5GB or 800MB.', limit)
  return {
    ...{ cache, cacheRef, cacheRequired: isTrue('cache-required') },
    ...{ buildCache, buildCacheBytes: buildCacheBytes ?? 0 },
  }
}

/** Reads which caches of RUN steps are kept between runs. */
export const readCacheMounts = ({
  text,
  list,
  check,
  report,
}: Reader): Pick<Inputs, 'cacheMounts' | 'cacheMountsBytes'> => {
  const cacheMounts = check('cache-mounts', list('cache-mounts', toLines))
  const builds = (['context', 'bake-files', 'builds'] as const).some((name) => text(name))
  if (cacheMounts.length > 0 && !builds)
    report('cache-mounts', 'the step builds nothing that could mount a cache. Leave it out.')
  const given = text('cache-mounts-limit') ?? '2GB'
  const bytes = parseSize(given)
  if (bytes === undefined) report('cache-mounts-limit', 'not a size. Write 2GB or 800MB.', given)
  return { cacheMounts: [...new Set(cacheMounts)], cacheMountsBytes: bytes ?? 0 }
}
