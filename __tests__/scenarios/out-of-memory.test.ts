import { describe, expect, test } from 'vitest'
import {
  type DiagnosedJob,
  findingsOf,
  isEndRecorded,
  isListening,
  isRecorded,
  useDiagnosedJob,
  useSameDiagnosedJob,
  warningsOf,
} from '../support/diagnosed-job.ts'
import { eventually } from '../support/eventually.ts'
import {
  type GreedyPod,
  itsEnd,
  startGreedyPod,
  takeAll,
  takeAllInChild,
} from '../support/greedy-pod.ts'
import type { Run } from '../support/runner/types.ts'
import { docker, inNode } from '../support/testbed.ts'

/** Its log says when the child is gone: what the kernel counts are kills of other tests, too. */
const takeAllInToldChild = takeAllInChild.replace(
  'sleep 600',
  '$| = 1; print "the child is gone\\n"; sleep 600',
)

/** Waits until the child of such a container was killed. */
const itsChildsEnd = (node: string, { uid }: GreedyPod): Promise<void> =>
  eventually('the child is killed', async () => {
    const log = await inNode(node, 'cat', `/tmp/${uid}/main.log`).catch(() => '')
    return log.includes('the child is gone')
  })

/** Starts pods from a job's image, in its node. */
const starterOf =
  ({ fixture, image }: DiagnosedJob) =>
  (script: string, name = 'trainer'): Promise<GreedyPod> =>
    startGreedyPod(fixture.node, image, { namespace: 'shop', name, script })

const killed =
  'Container main of pod shop/trainer was OOM-killed: it exceeded its memory limit of 50 MB. Raise resources.limits.memory'

/** A container of somebody else's on the same machine takes more memory than it may. */
const someoneElsesKill = async ({ image }: DiagnosedJob): Promise<void> => {
  const args = ['--rm', '--network=none', '--memory=50m', '--memory-swap=50m', '--label=other-job']
  await docker('run', ...args, image, 'perl', '-e', takeAll).catch(() => {})
}

describe('a container takes more memory than it may', () => {
  const job = useSameDiagnosedJob()
  const { fixture, runJob } = job
  const startPod = starterOf(job)

  test('post says which, its limit and what to change', async () => {
    const run = await runJob(async () => itsEnd(await startPod(takeAll)))
    expect(warningsOf(run)).toEqual([expect.stringContaining(killed)])
    expect(run.summary).toContain('### Slipway: what went wrong')
    expect(run.log).toMatch(
      /Kernel log, \d\d:\d\d:\d\d UTC: perl \(process \d+\) was killed, with \d+ MB in memory/,
    )
  })

  test('when only a child of it dies, that is said, too', async () => {
    const run = await runJob(async () => {
      await itsChildsEnd(fixture.node, await startPod(takeAllInToldChild))
    })
    expect(warningsOf(run)).toEqual([
      expect.stringContaining('Container main of pod shop/trainer lost process perl'),
    ])
    expect(run.log).toContain('The container still runs: only perl in it was killed')
  })

  test('also when the pod was removed since, which stops the container', async () => {
    const run = await runJob(async (temp) => {
      const pod = await startPod(takeAllInToldChild)
      await itsChildsEnd(fixture.node, pod)
      await isRecorded(temp, 'trainer')
      // It is the first process of its container, and does not hear SIGTERM: it is killed in the end.
      await new Promise((resolve) => setTimeout(resolve, 4_000))
      await pod.remove()
    })
    expect(warningsOf(run)).toEqual([
      expect.stringContaining('Process perl in container main of pod shop/trainer was OOM-killed'),
    ])
  })

  test('when the pod was removed before post, its name is known all the same', async () => {
    const run = await runJob(async (temp) => {
      await isListening(temp)
      const pod = await startPod(takeAll)
      await itsEnd(pod)
      await pod.remove()
    })
    expect(warningsOf(run)).toEqual([expect.stringContaining(killed)])
  })

  test('a pod that came and went within moments was noted', async () => {
    const run = await runJob(async (temp) => {
      await isListening(temp)
      for (const name of ['first', 'second', 'third']) {
        const pod = await startPod(takeAll, name)
        await itsEnd(pod)
        await pod.remove()
      }
    })
    const told = warningsOf(run).join('\n')
    for (const name of ['first', 'second', 'third'])
      expect(told).toContain(`shop/${name} was OOM-killed`)
  })

  test("a container that somebody else runs on the machine is nobody's fault here", async () => {
    const run = await runJob(() => someoneElsesKill(job), { debug: true })
    expect(run.annotations).toEqual([])
    expect(run.log).toMatch(/OOM kills since \S+ UTC \(\d+ elsewhere on this machine\)/)
    // No line of the kernel's log about it, and nothing of the other's names.
    expect(run.log).not.toContain('perl')
    expect(run.log).not.toContain('other-job')
  })

  test('ours and that of somebody else are told apart', async () => {
    const run = await runJob(async () => {
      await someoneElsesKill(job)
      await itsEnd(await startPod(takeAll))
    })
    expect(warningsOf(run)).toEqual([expect.stringContaining(killed)])
  })
})

describe("what the kernel's log does not tell", () => {
  const job = useDiagnosedJob()
  const { fixture, runJob } = job
  const startPod = starterOf(job)

  /** Puts a program in the place of the node's dmesg, which is `dmesg.real` then. */
  const replaceDmesg = (script: string): Promise<string> => {
    const install =
      'mv /usr/bin/dmesg /usr/bin/dmesg.real && printf %s "$1" >/usr/bin/dmesg && chmod 755 /usr/bin/dmesg'
    return inNode(fixture.node, 'sh', '-c', install, 'sh', `#!/bin/sh\n${script}\n`)
  }

  test('where dmesg is forbidden, containerd says what was killed', async () => {
    // The kernel refuses: the program has no CAP_SYSLOG.
    await replaceDmesg('exec setpriv --inh-caps=-syslog --bounding-set=-syslog dmesg.real "$@"')
    await expect(inNode(fixture.node, 'dmesg')).rejects.toThrow('Operation not permitted')
    const run = await runJob(async () => itsEnd(await startPod(takeAll)))
    expect(warningsOf(run)).toEqual([
      expect.stringContaining('Container main of pod shop/trainer was OOM-killed. Raise'),
    ])
  })

  test('where nothing tells any more, it says so, and that it is not sure', async () => {
    await replaceDmesg('exec setpriv --inh-caps=-syslog --bounding-set=-syslog dmesg.real "$@"')
    const run = await runJob(async () => {
      const pod = await startPod(takeAll)
      await itsEnd(pod)
      await pod.remove()
    })
    expect(warningsOf(run)).toEqual([
      expect.stringMatching(
        /^Possible: A process on this machine was OOM-killed, perhaps in this cluster/,
      ),
    ])
    expect(run.log).toContain("the kernel's log cannot be read")
  })

  test('where the node is slow to answer, what it said is not lost', async () => {
    const run = await runJob(async (temp) => {
      await itsEnd(await startPod(takeAll))
      await isEndRecorded(temp, 'trainer')
      const hang =
        'mv /usr/local/bin/crictl /crictl && printf "#!/bin/sh\\nsleep 60\\n" >/usr/local/bin/crictl && chmod 755 /usr/local/bin/crictl'
      // The name was noted before.
      await inNode(fixture.node, 'sh', '-c', hang)
    })
    expect(warningsOf(run)).toEqual([expect.stringContaining(killed)])
  })

  test('where the log has wrapped since, that is said', async () => {
    // As if the lines of the kill had been written over; the log of the machine stays as it is.
    const run = await runJob(async () => {
      const pod = await startPod(takeAll)
      await itsEnd(pod)
      await pod.remove()
      const stamp = '$(cut -d " " -f 1 /proc/uptime)'
      await replaceDmesg(`echo "[${stamp}] the first line that is left"`)
    })
    expect(warningsOf(run)).toEqual([expect.stringMatching(/^Possible: /)])
    expect(run.log).toContain("the kernel's log has begun anew since")
  })
})

describe('a kill, and a teardown', () => {
  const job = useDiagnosedJob()
  const { image, fixture, runJob, runDiagnosis } = job
  const startPod = starterOf(job)

  test('is told when the whole cluster was removed before post, too', async () => {
    const run = await runJob(async (temp) => {
      await itsEnd(await startPod(takeAll))
      await isEndRecorded(temp, 'trainer')
      await docker('rm', '--force', '--volumes', fixture.node)
    })
    expect(warningsOf(run)).toEqual([expect.stringContaining(killed)])
  })

  test('mode: diagnose before it tells the same in an output, an annotation and the summary, and post does not repeat it', async () => {
    let diagnosis: Run | undefined
    let pod: GreedyPod | undefined
    const run = await runJob(async (temp) => {
      pod = await startPod(takeAll)
      await itsEnd(pod)
      diagnosis = await runDiagnosis({ temp })
      await docker('rm', '--force', '--volumes', fixture.node)
    })
    if (diagnosis === undefined) throw new Error('it did not run')
    expect(findingsOf(diagnosis)).toEqual([
      {
        kind: 'oom-kill',
        certainty: 'certain',
        cause: expect.stringContaining('shop/trainer was OOM-killed'),
        evidence: [expect.stringContaining('Kernel log, ')],
        remedy: expect.any(String),
        node: fixture.node,
        namespace: 'shop',
        pod: 'trainer',
        container: 'main',
        podUid: pod?.uid,
        containerId: pod?.container,
        image: expect.stringContaining(image),
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      },
    ])
    expect(diagnosis.annotations).toMatchObject([
      { level: 'error', message: expect.stringContaining(killed) },
    ])
    expect(diagnosis.conclusion).toBe('success')
    expect(diagnosis.summary).toMatch(
      /what went wrong[\s\S]*was OOM-killed[\s\S]*Kernel log[\s\S]*What to change/,
    )
    expect(run.annotations).toEqual([])
  })

  test('mode: diagnose without a step before it, too', async () => {
    await runJob(async () => {})
    await itsEnd(await startPod(takeAll))
    expect(findingsOf(await runDiagnosis())).toMatchObject([{ kind: 'oom-kill', pod: 'trainer' }])
  })
})
