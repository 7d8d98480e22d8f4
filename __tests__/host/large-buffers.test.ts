import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const module = fileURLToPath(new URL('../../src/host/large-buffers.ts', import.meta.url))

/** How often all of the heap is collected while 500 MB of buffers come and go. */
const countCollections = (first: string): number => {
  const script = `
    const { PerformanceObserver, constants } = await import('node:perf_hooks')
    const { setImmediate: later } = await import('node:timers/promises')
    let count = 0
    const hear = (list) => {
      for (const { detail } of list.getEntries())
        if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) count += 1
    }
    new PerformanceObserver(hear).observe({ entryTypes: ['gc'] })
    ${first}
    for (let at = 0; at < 1_000; at += 1) {
      Buffer.alloc(524_288)
      await later()
    }
    await later()
    console.log(count)`
  // At once, or the number would depend on how busy the machine is.
  const flags = ['--no-incremental-marking', '--disable-warning=ExperimentalWarning']
  const args = [...flags, '--input-type=module', '--eval', script]
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }))
}

test('buffers that come and go have the heap collected much less often', () => {
  const counted = `const { countBuffersAsHeap } = await import(${JSON.stringify(module)})
    countBuffersAsHeap()`
  expect(countCollections(counted)).toBeLessThan(countCollections('') / 2)
})
