import { expect, test } from 'vitest'
import { hasTurn } from '../../script/bench.d/load/series.ts'

const turns = (rounds: number, runs: number): readonly number[] =>
  Array.from({ length: rounds }, (_, round) => round).filter((round) =>
    hasTurn(round, rounds, runs),
  )

test('what is measured less often has its turns spread over the rounds', () => {
  expect(turns(5, 5)).toEqual([0, 1, 2, 3, 4])
  expect(turns(5, 3)).toEqual([0, 2, 4])
  expect(turns(5, 2)).toEqual([1, 3])
  expect(turns(5, 1)).toEqual([2])
})

test('everything has as many turns as it is to have', () => {
  for (let rounds = 1; rounds <= 12; rounds += 1) {
    for (let runs = 1; runs <= rounds; runs += 1) expect(turns(rounds, runs)).toHaveLength(runs)
  }
})
