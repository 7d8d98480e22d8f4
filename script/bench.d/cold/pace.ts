import { setTimeout as sleep } from 'node:timers/promises'
import type { Pace } from '../../../__tests__/support/cache-service.ts'

/** Timers are late by about as much. */
const shortestMs = 5

/** One wire for all streams: so many bytes a second, whoever sends them. */
export const createPace = (bytesPerSecond: number): Pace => {
  let freeAt = 0
  return async (bytes) => {
    freeAt = Math.max(freeAt, performance.now()) + (bytes * 1_000) / bytesPerSecond
    const earlyMs = freeAt - performance.now()
    if (earlyMs > shortestMs) await sleep(earlyMs)
  }
}
