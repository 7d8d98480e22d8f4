import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toLimit } from '../../../src/diagnose/kernel/cgroup.ts'
import { type OomKill, parseOomKills } from '../../../src/diagnose/kernel/kernel-log.ts'
import { parseNodeReport } from '../../../src/diagnose/nodes/node-report.ts'

const [node, container, uid] = [
  'a'.repeat(64),
  '1'.repeat(64),
  '0d3f1c5e-1111-4222-8333-444455556666',
]
const slices =
  'kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod'
/** Of a container in a pod, as the cgroup drivers `cgroupfs` and `systemd` name it. */
const v1 = `/docker/${node}/kubelet/kubepods/burstable/pod${uid}/${container}`
const v2 = `/system.slice/docker-${node}.scope/${slices}${uid.replaceAll('-', '_')}.slice/cri-containerd-${container}.scope`

const one = (lines: readonly string[]): OomKill => {
  const kills = parseOomKills(lines)
  expect(kills).toHaveLength(1)
  return kills[0] as OomKill
}

/** A kill as Linux 7.2 logged it; `time` makes room for several. */
const killOf = (cgroup: string, pid: number, time: number, process = 'perl'): readonly string[] => [
  `[${time}.050700] ${process} invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0`,
  `[${time}.051159] memory: usage 20480kB, limit 20480kB, failcnt 18`,
  `[${time}.053362] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=x,mems_allowed=0,oom_memcg=${cgroup},task_memcg=${cgroup},task=${process},pid=${pid},uid=0`,
  killedLine(pid, `${time}.053488`, process),
]
const killedLine = (pid: number, stamp: string, process = 'perl'): string =>
  `[${stamp}] Memory cgroup out of memory: Killed process ${pid} (${process}) total-vm:28020kB, anon-rss:20368kB, file-rss:8kB, shmem-rss:4308kB, UID:0 pgtables:92kB oom_score_adj:0`
const groupLine = (cgroup: string, stamp: string): string =>
  `[${stamp}] Tasks in ${cgroup} are going to be killed due to memory.oom.group set`

describe('lines of real kernels', () => {
  test('Linux 6.18, cgroup v1', () => {
    const kill = one([
      '[51577.223147] perl invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0',
      '[51577.223315] memory: usage 48828kB, limit 48828kB, failcnt 0',
      `[51577.223475] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=${container},mems_allowed=0,oom_memcg=${v1},task_memcg=${v1},task=perl,pid=18077,uid=0`,
      '[51577.223495] Memory cgroup out of memory: Killed process 18077 (perl) total-vm:55780kB, anon-rss:48512kB, file-rss:4228kB, shmem-rss:0kB, UID:0 pgtables:144kB oom_score_adj:0',
    ])
    expect(kill).toEqual({
      stampS: 51577.223495,
      pid: 18077,
      process: 'perl',
      cgroup: v1,
      limitCgroup: v1,
      isOfMachine: false,
      limitBytes: 48_828 * 1024,
      usedBytes: 48_828 * 1024,
      processBytes: (48_512 + 4_228) * 1024,
      others: 0,
      counted: 1,
    })
  })

  test('Linux 7.2, cgroup v2: a container as a whole, whose first process is named twice', () => {
    const kill = one([
      ...killOf(v2, 193, 30),
      groupLine(v2, '30.053600'),
      killedLine(193, '30.053700'),
      killedLine(194, '30.153800'),
    ])
    expect(kill).toMatchObject({ pid: 193, cgroup: v2, others: 1, counted: 3 })
  })

  test('Linux 7.2: the machine has no memory left', () => {
    const kill = one([
      '[   27.325654] perl invoked oom-killer: gfp_mask=0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_ZERO|__GFP_COMP), order=0, oom_score_adj=0',
      `[   27.436863] oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=cri-containerd-${container}.scope,mems_allowed=0,global_oom,task_memcg=${v2},task=perl,pid=200,uid=0`,
      '[   27.436863] Out of memory: Killed process 200 (perl) total-vm:181192kB, anon-rss:173700kB, file-rss:8kB, shmem-rss:4180kB, UID:0 pgtables:392kB oom_score_adj:0',
    ])
    expect(kill).toMatchObject({ cgroup: v2, isOfMachine: true, limitCgroup: undefined })
    expect(toLimit(kill, [node])).toBe('machine')
  })

  test('Linux 7.2: a heading that goes on in the next line', () => {
    const [invoked = '', usage = '', heading = '', killed = ''] = killOf(v2, 137, 19)
    const cut = heading.indexOf('task_memcg=') + 'task_memcg='.length
    const rest = `[   19.943485] ${heading.slice(cut)}`
    const kill = one([invoked, usage, heading.slice(0, cut), rest, killed])
    expect(kill).toMatchObject({ cgroup: v2, limitCgroup: v2 })
  })

  // Written as in the sources of Linux 4.18 (mm/oom_kill.c, mm/memcontrol.c); none of ours runs it.
  test('Linux 4', () => {
    const kill = one([
      '[ 1234.567890] java invoked oom-killer: gfp_mask=0x14000c0(GFP_KERNEL), nodemask=(null), order=0, oom_score_adj=968',
      `[ 1234.567891] Task in ${v1} killed as a result of limit of /docker/${node}/kubelet`,
      '[ 1234.567892] memory: usage 51200kB, limit 51200kB, failcnt 1',
      '[ 1234.567893] Memory cgroup out of memory: Kill process 4721 (java) score 1968 or sacrifice child',
      '[ 1234.567894] Killed process 4722 (java worker) total-vm:61440kB, anon-rss:49152kB, file-rss:1024kB, shmem-rss:0kB',
    ])
    const [cgroup, limitCgroup] = [v1, `/docker/${node}/kubelet`]
    expect(kill).toMatchObject({ cgroup, limitCgroup, pid: 4722, isOfMachine: false })
    expect(toLimit(kill, [node])).toBe('kubelet')
  })

  test('with who wrote the line', () => {
    const lines = killOf(v2, 7, 12).map((line) => line.replace('] ', '][  T193] '))
    expect(one(lines)).toMatchObject({ cgroup: v2, pid: 7 })
  })
})

describe('what a process calls itself', () => {
  test.each([
    'a b',
    'a,b',
    '(sd-pam)',
    'a) total-vm:',
    ') (',
    ',task=x,pid=1',
    'oom_memcg=/a,',
    'task_memcg=/b,',
    '] [1.0] x',
  ])('%s', (name) => {
    expect(one(killOf(v2, 12, 5, name))).toMatchObject({
      process: name,
      pid: 12,
      cgroup: v2,
      limitCgroup: v2,
    })
  })
})

describe('headings that the kernel leaves out', () => {
  const dozen = Array.from({ length: 10 }, (_, at) => killOf(v1, 100 + at, 50)).flat()
  const later = (ms: number): string => `50.${String(60 + ms).padStart(3, '0')}000`

  test('a kill without one is not where the last one was', () => {
    const kills = parseOomKills([...dozen, killedLine(200, later(0))])
    expect(kills).toHaveLength(11)
    expect(kills.at(-1)).toMatchObject({ pid: 200, cgroup: undefined, isOfMachine: false })
  })

  test('a container killed as a whole is named all the same', () => {
    const lines = [killedLine(200, later(0)), groupLine(v2, later(1)), killedLine(200, later(2))]
    const last = parseOomKills([...dozen, ...lines, killedLine(300, later(100))]).slice(-2)
    expect(last).toMatchObject([
      { pid: 200, cgroup: v2, limitCgroup: undefined, counted: 2, others: 0 },
      { pid: 300, cgroup: undefined, counted: 1 },
    ])
    expect(toLimit(last[0] as OomKill, [node])).toBe('unknown')
  })

  test('a heading is only of the process that it names', () => {
    const [invoked = '', usage = '', heading = ''] = killOf(v2, 193, 30)
    const lines = [invoked, usage, heading, killedLine(500, '30.1')]
    expect(one(lines)).toMatchObject({ pid: 500, cgroup: undefined })
  })

  test('a group whose chosen process was ending already', () => {
    const [invoked = '', usage = '', heading = ''] = killOf(v2, 193, 30)
    const lines = [...killOf(v1, 9, 20), invoked, usage, heading, groupLine(v2, '30.06')]
    expect(
      parseOomKills([...lines, killedLine(194, '30.07'), killedLine(195, '30.08')]),
    ).toMatchObject([
      { pid: 9, cgroup: v1, others: 0 },
      { pid: 194, cgroup: v2, others: 1, counted: 2 },
    ])
  })
})

describe('arbitrary text', () => {
  const piece = fc.constantFrom(
    ...killOf(v2, 193, 30),
    groupLine(v2, '30.06'),
    '[1.0] oom-kill:constraint=,oom_memcg=',
    '[1.0] ,task_memcg=/',
    '== log\n',
    '== kills\noom_kill 1\n',
    '== boot\nx\n',
    '== clock\n1.0\n1\n',
    'reach 1.0 2.0',
  )
  const line = fc.oneof(piece, fc.string(), fc.string({ unit: 'binary' }))

  test('never throws', () => {
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        parseNodeReport(lines.join('\n'))
        for (const { counted, others } of parseOomKills(lines))
          expect(counted).toBeGreaterThan(others)
      }),
      { numRuns: 2_000 },
    )
  })

  test('every kill is counted once, wherever lines are missing', () => {
    const whole = [
      ...killOf(v2, 193, 30),
      groupLine(v2, '30.06'),
      killedLine(193, '30.07'),
      killedLine(194, '30.08'),
      ...killOf(v1, 195, 31),
    ]
    fc.assert(
      fc.property(fc.subarray(whole), (lines) => {
        const counted = parseOomKills(lines).reduce((sum, kill) => sum + kill.counted, 0)
        expect(counted).toBe(lines.filter((each) => each.includes('Killed process')).length)
      }),
    )
  })
})
