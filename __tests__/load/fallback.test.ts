import { describe, expect, test } from 'vitest'
import { renderFallback } from '../../src/load/by-folders.ts'
import { reasonFor, watchEvents } from '../../src/load/folders.ts'

const warning =
  'time="2026-01-02T03:04:05Z" level=warning msg="DEPRECATION: The `x` property is deprecated"'

describe('why a node got no links', () => {
  test.each<[string, readonly string[], string]>([
    ['its own words', ['a: no', 'b: yes'], 'no'],
    ['its last two', ['a: one', 'a: two', 'a: three'], 'two three'],
    ['without the warnings among them', ['a: no', `a: ${warning}`, warning], 'no'],
    ["a tool's words, which name no node", [warning, 'ctr: refused', warning], 'ctr: refused'],
    ['how the helper ended, when it only warned', [warning, `a: ${warning}`], 'exit code 1'],
    ['how the helper ended, when it said nothing', [], 'exit code 1'],
  ])('%s', (_, errors, reason) => {
    expect(reasonFor('a', errors, 'exit code 1')).toBe(reason)
  })
})

describe('what a helper tells', () => {
  const read = (...lines: readonly string[]) => {
    const { results, onLine } = watchEvents(
      ['a', 'b'],
      performance.now(),
      () => {},
      () => '',
    )
    for (const line of lines) onLine(line, () => {})
    return Object.fromEntries(results)
  }
  const foreseen = (reason: string) => ({ kind: 'failed', reason, isForeseen: true })

  test('what cannot be there was foreseen: for one node', () => {
    expect(read('a\tcannot\tno links: there')).toEqual({ a: foreseen('no links: there') })
  })

  test('or for all', () => {
    expect(read('\tcannot\tno jq')).toEqual({ a: foreseen('no jq'), b: foreseen('no jq') })
  })
})

describe('a fall-back', () => {
  const load = {
    name: 'a',
    way: 'stream',
    because: { kind: 'streaming-failed' },
    copiedBytes: 2e9,
    durationMs: 8_000,
  } as const

  test('that was foreseen names the node and the reason', () => {
    const text = renderFallback('a', { reason: 'no links', isForeseen: true }, load)
    expect(text).toBe('Linking into a failed, so the image is streamed: no links')
  })

  test('that was not asks for a report, and says what it cost', () => {
    const text = renderFallback('a', { reason: 'no CRI', isForeseen: false }, load)
    expect(text).toMatch(/^Linking into a failed unexpectedly: no CRI\. .* 2\.0 GB in 8\.0 s\. /)
    expect(text).toContain('Please report this')
  })

  test('that was not, and kind helped', () => {
    const text = renderFallback('a', { reason: 'x', isForeseen: false }, { ...load, way: 'kind' })
    expect(text).toContain('x. kind loaded the image instead: 2.0 GB in 8.0 s. Please')
  })

  test('of a node that nothing could be loaded into asks for none', () => {
    const text = renderFallback('a', { reason: 'refused', isForeseen: false }, undefined)
    expect(text).toBe('Linking into a failed, so the image is streamed: refused')
  })
})
