import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Files that take long, of each tier the longest first, as `script/test` has printed them. One that
 * began as the last would run alone for as long as it takes.
 */
const slowest: readonly string[] = [
  'token/trouble',
  'host/log-fence-fuzz',
  'token/watchdog',
  'host/process',
  'lint/scripts',
  'scenarios/image-rules-all',
  'scenarios/create-cluster',
  'scenarios/recipes-locked',
  'scenarios/build-cache-kill',
  'scenarios/build-cache-dockerfiles',
  'scenarios/build-cache-kill-asking',
  'scenarios/recipes',
  'scenarios/reusable-workflow',
  'scenarios/load-trees',
  'scenarios/kubernetes-builder',
  'scenarios/load-stream-kill',
  'scenarios/load-ways',
  'scenarios/load-faults',
  'scenarios/one-manifest',
  'scenarios/load-leaving',
  'scenarios/load-kill',
  'scenarios/given-images',
  'scenarios/identity',
  'scenarios/out-of-memory',
  'scenarios/many-images',
  'scenarios/load',
  'scenarios/small-disk',
  'scenarios/load-engines',
  'scenarios/size-memory',
  'scenarios/bad-luck',
  'scenarios/load-peak',
  'scenarios/odd-places',
  'scenarios/load-filesystems',
  'scenarios/cancel',
  'scenarios/load-stream',
  'scenarios/hostile-names',
  'scenarios/diagnose-job',
]

const rankOf = ({ moduleId }: TestSpecification): number => {
  const rank = slowest.findIndex((name) => moduleId.endsWith(`/__tests__/${name}.test.ts`))
  return rank === -1 ? slowest.length : rank
}

/** Orders test files by what is known of them, and all others as vitest does. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => rankOf(one) - rankOf(other))
  }
}
