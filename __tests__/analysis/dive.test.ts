import { describe, expect, test } from 'vitest'
import { toDiveFigures } from '../../src/analysis/dive.ts'
import { copyOf, file, folder, linkTo, opaque, top, whiteout } from '../support/entries.ts'

/** Figures that dive 0.13's formulas give for the same archives; see docs/image-report.md. */
describe('dive says', () => {
  test('of nothing wasted: all is well', () => {
    expect(toDiveFigures([[top, file('a', 10)]])).toEqual({
      ...{ efficiency: 1, sizeBytes: 10, wastedBytes: 0, userWasted: undefined },
    })
    expect(toDiveFigures([]).efficiency).toBe(1)
  })

  test('of a chown: twice its bytes', () => {
    const lower = file('a', 10)
    expect(
      toDiveFigures([
        [top, file('b', 5)],
        [top, lower],
        [top, copyOf(lower, { uid: 1 })],
      ]),
    ).toEqual({
      ...{ efficiency: 15 / 25, sizeBytes: 25, wastedBytes: 20, userWasted: 1 },
    })
  })

  test('of a file that is deleted: its bytes, and the least of it is none', () => {
    const layers = [
      [top, file('b', 5)],
      [top, file('a', 10)],
      [top, whiteout('a')],
    ]
    expect(toDiveFigures(layers)).toEqual({
      ...{ efficiency: 5 / 15, sizeBytes: 15, wastedBytes: 10, userWasted: 1 },
    })
  })

  test('of a folder that is deleted: what is in it, and nothing is wasted', () => {
    const layers = [
      [top, file('b', 5)],
      [top, folder('a'), file('a/x', 10)],
      [top, whiteout('a')],
    ]
    expect(toDiveFigures(layers)).toEqual({
      ...{ efficiency: 1, sizeBytes: 15, wastedBytes: 0, userWasted: 0 },
    })
    const emptied = [...layers.slice(0, 2), [top, opaque('a')]]
    expect(toDiveFigures(emptied)).toMatchObject({ efficiency: 1, wastedBytes: 0 })
  })

  test('of the names of one file: the first in the archive has the bytes', () => {
    const lower = file('b', 10)
    const layers = [
      [top, lower, linkTo(lower, 'a')],
      [top, file('b', 3)],
      [top, whiteout('a')],
    ]
    // a: 10 + 0; b: 0 + 3.
    expect(toDiveFigures(layers)).toEqual({
      ...{ efficiency: 0 / 13, sizeBytes: 13, wastedBytes: 13, userWasted: 13 / 3 },
    })
  })

  test('of a layer that deletes what is not there: nothing of what comes after that', () => {
    const layers = [
      [top, file('b', 5)],
      [top, whiteout('a'), file('b', 5), file('.a', 7)],
    ]
    // `.wh.a` comes after `.a` and before `b`; it leaves -1 behind.
    expect(toDiveFigures(layers)).toEqual({
      ...{ efficiency: (5 + 7 - 1) / 12, sizeBytes: 17, wastedBytes: 0, userWasted: 0 },
    })
  })
})
