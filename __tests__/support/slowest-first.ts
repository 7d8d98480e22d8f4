import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Scenarios that take long, the longest first, as `script/test` has printed them. One that began as
 * the last would run alone for as long as it takes.
 */
const slowest: readonly string[] = [
  'load-trees',
  'load-stream-kill',
  'load-ways',
  'load-faults',
  'one-manifest',
  'load-leaving',
  'load-kill',
  'given-images',
  'identity',
  'out-of-memory',
  'many-images',
  'load',
  'small-disk',
  'load-engines',
  'size-memory',
  'bad-luck',
  'load-peak',
  'odd-places',
  'load-filesystems',
  'cancel',
  'load-stream',
  'hostile-names',
  'diagnose-job',
]

const rankOf = ({ moduleId }: TestSpecification): number => {
  const rank = slowest.findIndex((name) => moduleId.endsWith(`/scenarios/${name}.test.ts`))
  return rank === -1 ? slowest.length : rank
}

/** Orders test files by what is known of them, and all others as vitest does. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => rankOf(one) - rankOf(other))
  }
}
