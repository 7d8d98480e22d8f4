import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { renderFallback } from '../../src/load/by-direct.ts'
import { reasonFor, watchEvents } from '../../src/load/direct.ts'

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
      Promise.resolve(() => ''),
    )
    for (const line of lines) onLine(line, () => {})
    return Object.fromEntries(results)
  }
  const foreseen = (reason: string) => ({ kind: 'failed', reason, isForeseen: true })

  test('what cannot be there was foreseen: for one node', () => {
    expect(read('a\tcannot\tno links: there')).toEqual({ a: foreseen('no links: there') })
  })

  test('or for all', () => {
    expect(read('\tcannot\tno Perl')).toEqual({ a: foreseen('no Perl'), b: foreseen('no Perl') })
  })
})

describe('what a helper asks and reports', () => {
  const listen = (nodes: readonly string[] = ['a', 'b']) => {
    const told: (readonly [string, number, number])[] = []
    const make = Promise.resolve((bytes: number) => `{"size":${bytes}}`)
    const watched = watchEvents(nodes, performance.now(), (...each) => told.push(each), make)
    return { ...watched, told }
  }

  test('how far a copy has come', () => {
    const { onLine, told } = listen()
    onLine('a\tcopying\t5\t10', () => {})
    expect(told).toEqual([['a', 5, 10]])
  })

  test('a loaded node: its method, its bytes and what was repaired', () => {
    const { onLine, results } = listen()
    onLine('a\trepaired\t2', () => {})
    onLine('a\tloaded\t3\t4096\tlink', () => {})
    onLine('b\tloaded\t0\t0\tpresent', () => {})
    const durationMs = expect.any(Number)
    const loaded = { kind: 'loaded', durationMs }
    expect(Object.fromEntries(results)).toEqual({
      a: { ...loaded, way: 'link', copiedBytes: 4096, repairedLayers: 2 },
      b: { ...loaded, way: 'present', copiedBytes: 0, repairedLayers: 0 },
    })
  })

  test('the manifest: its digest, its size and itself', async () => {
    const { onLine, results } = listen()
    const answers = new Promise<string>((resolve) => {
      onLine('\tconfig\t648', resolve)
    })
    const digest = createHash('sha256').update('{"size":648}').digest('hex')
    expect(await answers).toBe(`sha256:${digest}\t12\n{"size":648}`)
    expect(results.size).toBe(0)
  })

  test.each(['', 'a', 'a\t', 'a\tunknown\t1', 'loaded', '\t\t\t', 'a loaded 1 2 link'])(
    'nothing that anybody knows: %j',
    (line) => {
      const { onLine, results, told } = listen()
      onLine(line, () => expect.unreachable())
      expect([results.size, told]).toEqual([0, []])
    },
  )
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
