import { beforeAll, describe, expect, test } from 'vitest'
import { loadInto, warningsOf, waysOf } from '../support/loading.ts'
import {
  afterHelperStarts,
  buildLayered,
  expectNothingOfOurs,
  removeAndExpectEmpty,
  useOneNode,
} from '../support/one-node.ts'
import { runPod } from '../support/pod.ts'
import type { RunOptions } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import { docker } from '../support/testbed.ts'

const one = useOneNode()

describe('kill -9 at any moment', () => {
  let tag: string
  beforeAll(async () => {
    tag = await buildLayered('kill')
  })

  test.each([
    ['the helper', 26],
    ['the action', 26],
  ])(
    '%s, at %d moments: the next run converges and nothing leaks',
    async (victim, moments) => {
      let killed = 0
      for (let moment = 0; moment < moments; moment += 1) {
        const delayMs = moment * 25
        let pid = 0
        const options: Partial<RunOptions> =
          victim === 'the helper'
            ? afterHelperStarts(
                one.node,
                (helper) => docker('kill', '--signal=KILL', helper),
                delayMs,
              )
            : {
                onSpawn: (spawned, phase) => {
                  if (phase !== 'main') return
                  pid = spawned
                  setTimeout(() => {
                    try {
                      process.kill(pid, 'SIGKILL')
                    } catch {
                      // It had ended before its moment came.
                    }
                  }, 150 + delayMs)
                },
              }
        const first = await runSlipway(
          { 'cluster-name': one.cluster.name, images: tag, 'load-mode': 'link' },
          options,
        )
        if (first.exitCode !== 0) killed += 1
        await first.dispose()
        const second = await loadInto(one.cluster, { images: tag })
        expect(warningsOf(second)).toEqual([])
        expect(['link', 'present']).toContain(waysOf(second)[0])
        await second.dispose()
        await expectNothingOfOurs(one.node)
        if (moment % 10 === 0) {
          expect(await runPod(one.node, tag, ['cat', '/layer-0', '/layer-5'])).toBe(
            'kill-0\nkill-5',
          )
        }
        await removeAndExpectEmpty(one, tag)
      }
      expect(killed).toBeGreaterThan(moments / 4)
    },
    600_000,
  )
})
