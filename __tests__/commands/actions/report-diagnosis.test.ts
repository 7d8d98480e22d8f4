import { expect, test } from 'vitest'
import { reportDiagnosis } from '../../../src/commands/actions/report-diagnosis.ts'
import type { Runner } from '../../../src/commands/actions/runner.ts'
import type { Diagnosis } from '../../../src/diagnose/finding/diagnosis.ts'
import type { Finding } from '../../../src/diagnose/finding/finding.ts'
import { mergeKills, sortFindings } from '../../../src/diagnose/finding/merge.ts'
import type { PulledImage } from '../../../src/diagnose/finding/pulled-image.ts'
import { renderDiagnosis } from '../../../src/diagnose/finding/render.ts'
import { renderPulled } from '../../../src/diagnose/finding/render-pulled.ts'

const finding = (more: Partial<Finding> = {}): Finding => ({
  kind: 'oom-kill',
  certainty: 'certain',
  cause: 'It was killed',
  evidence: ['seen'],
  remedy: 'Give it more.',
  ...more,
})

const diagnosisOf = (findings: readonly Finding[], more: Partial<Diagnosis> = {}): Diagnosis => ({
  findings,
  pulled: [],
  checked: [],
  unchecked: [],
  remarks: [],
  isDockerThere: true,
  ...more,
})

/** A runner that remembers. */
const listen = () => {
  const said: string[] = []
  const outputs = new Map<string, string>()
  const note = (what: string) => (text: string) => void said.push(`${what}: ${text}`)
  const runner = {
    line: note('line'),
    debug: note('debug'),
    output: (name: string, value: string) => void outputs.set(name, value),
    warning: note('warning'),
    error: note('error'),
    summary: async (text: string) => void said.push(`summary: ${text}`),
    fenced: <T>(body: (write: (line: string) => void) => Promise<T>) => body(note('fenced')),
  }
  return { said, outputs, runner: runner as unknown as Runner }
}

test('who asked gets errors for what is sure; who did not gets warnings', async () => {
  const findings = [finding(), finding({ certainty: 'possible', cause: 'Something died' })]
  for (const [isAsked, level] of [
    [true, 'error'],
    [false, 'warning'],
  ] as const) {
    const { said, outputs, runner } = listen()
    await reportDiagnosis(runner, diagnosisOf(findings), isAsked)
    expect(outputs.get('findings')).toBe(isAsked ? JSON.stringify(findings) : undefined)
    expect(said.slice(0, 2)).toEqual([
      `${level}: It was killed. Give it more.`,
      'warning: Possible: Something died. Give it more.',
    ])
  }
})

test('no finding: a debug line in post; for who asked a line and a section of the summary', async () => {
  const remarks = ['x is left out: it is not privileged.']
  const pieces = { checked: ['2 nodes', 'OOM kills'], unchecked: ['Kubernetes (no kubectl in a)'] }
  const nothing = diagnosisOf([], { ...pieces, remarks })
  const line =
    'No cause found. Checked: 2 nodes, OOM kills. Not checked: Kubernetes (no kubectl in a). x is left out: it is not privileged.'
  const post = listen()
  await reportDiagnosis(post.runner, nothing, false)
  expect(post.said).toEqual([`debug: ${line}`])
  const asked = listen()
  await reportDiagnosis(asked.runner, nothing, true)
  expect(asked.said).toEqual([`line: ${line}`, expect.stringContaining('summary: ### Slipway')])
})

test('with a finding, post says what it checked', async () => {
  const post = listen()
  await reportDiagnosis(post.runner, diagnosisOf([finding()], { checked: ['1 node'] }), false)
  expect(post.said).toContain('line: Checked: 1 node.')
})

test('GitHub keeps ten annotations: the tenth says how many more there are', async () => {
  const findings = Array.from({ length: 14 }, (_, index) => finding({ cause: `Cause ${index}` }))
  const { said, runner } = listen()
  await reportDiagnosis(runner, diagnosisOf(findings), true)
  const annotations = said.filter((text) => /^(error|warning)/.test(text))
  expect(annotations).toHaveLength(10)
  expect(annotations.at(-1)).toMatch(/^warning: 5 more/)
  expect(said.at(-1)).toContain('Cause 13')
})

test("others' words stay text in the summary", () => {
  const evidence = ['<img src=x> | **bold** [link](javascript:x)']
  const text = renderDiagnosis(diagnosisOf([finding({ evidence })]))
  expect(text).toContain('- &lt;img src=x> \\| \\*\\*bold\\*\\* \\[link\\](javascript:x)')
})

test('what explains most comes first, what is only possible last', () => {
  const kinds = (findings: readonly Finding[]) => sortFindings(findings).map(({ kind }) => kind)
  const [pull, kill, gone] = [
    finding({ kind: 'image-pull' }),
    finding(),
    finding({ kind: 'node-gone' }),
  ]
  expect(kinds([pull, kill, gone])).toEqual(['node-gone', 'oom-kill', 'image-pull'])
  const unsure = finding({ certainty: 'possible' })
  expect(kinds([unsure, pull])).toEqual(['image-pull', 'oom-kill'])
})

test("the kubelet's word for a kill that the kernel tells of, too, is not told twice", () => {
  const kernels = [finding({ namespace: 'shop', pod: 'api', container: 'main', containerId: 'a' })]
  const same = finding({ cause: 'kubelet', containerId: 'a' })
  const alike = finding({ kind: 'killed', namespace: 'shop', pod: 'api', container: 'main' })
  const sidecar = finding({ namespace: 'shop', pod: 'api', container: 'proxy', containerId: 'b' })
  const pull = finding({ kind: 'image-pull', namespace: 'shop', pod: 'api', container: 'main' })
  const crash = finding({ ...alike, kind: 'crash' })
  expect(mergeKills(kernels, [same, alike, crash, sidecar, pull])).toEqual([
    ...kernels,
    sidecar,
    pull,
  ])
})

test('a probe that likely failed is no other cause of what the kernel killed', () => {
  const whose = { namespace: 'shop', pod: 'api', container: 'main' }
  const kernels = [finding({ ...whose, containerId: 'a' })]
  const probe = finding({ ...whose, kind: 'liveness', certainty: 'likely', containerId: 'a' })
  expect(mergeKills(kernels, [probe])).toEqual(kernels)
  // The kubelet's own word that it killed it, or another container, is told beside it.
  const sure = finding({ ...probe, certainty: 'certain' })
  const sidecar = finding({ ...probe, container: 'proxy', containerId: 'b' })
  expect(mergeKills(kernels, [sure, sidecar])).toEqual([...kernels, sure, sidecar])
  expect(mergeKills([], [probe])).toEqual([probe])
})

test('a kill that only the cluster could place is not possible elsewhere as well', () => {
  const unsure = finding({ certainty: 'possible' })
  const placed = finding({ cause: 'kubelet' })
  expect(mergeKills([unsure], [placed])).toEqual([placed])
  expect(mergeKills([unsure], [])).toEqual([unsure])
})

const image: PulledImage = {
  ...{ name: 'postgres:16.4', isLoaded: false, count: 2, nodes: ['kind-worker', 'kind-worker2'] },
  ...{ sizeBytes: 161e6, waitMs: 40_000, longestMs: 25_000, isWhole: true },
}

test('what nodes pulled is told without a finding, too, with what to write and no annotation', async () => {
  const { said, runner } = listen()
  const late = { ...image, name: 'api:latest', isLoaded: true, count: 1, isWhole: false }
  const latest = { ...image, name: 'a_b_c/busybox:latest', nodes: [], sizeBytes: undefined }
  await reportDiagnosis(runner, diagnosisOf([], { pulled: [image, late, latest] }), false)
  expect(said.filter((text) => /^(?:error|warning)/.test(text))).toEqual([])
  expect(said.filter((text) => text.startsWith('fenced: '))).toEqual([
    expect.stringContaining('keeps events for an hour'),
    'fenced:     postgres:16.4: 2 pulls of 161 MB on 2 nodes, pods waited 40.0 s, 25.0 s at most for one',
    'fenced:     api:latest: 1 pull of 161 MB on 2 nodes, pods waited at least 40.0 s (this job loaded it, too: the pod came first, its imagePullPolicy is Always, or kubernetes#138175)',
    expect.stringMatching(/busybox:latest: 2 pulls, pods.*\(needs imagePullPolicy: IfNotPresent/),
    expect.stringContaining('images-from: manifests'),
    'fenced:     images: |',
    'fenced:       a_b_c/busybox:latest',
    'fenced:       postgres:16.4',
  ])
  const summary = said.at(-1)
  expect(summary).toMatch(
    /\| postgres:16\.4 +\| +2 \| kind-worker, kind-worker2 \| 161 MB \| +40\.0 s \| +25\.0 s \|/,
  )
  expect(summary).toContain('a\\_b\\_c/busybox')
  expect(summary).toContain('```yaml\nimages: |\n  a_b_c/busybox:latest\n  postgres:16.4\n```')
})

test('of many images the first are told, and nothing is to be written where all were loaded', () => {
  const many = Array.from({ length: 33 }, (_, at) => ({ ...image, name: `a:${at}` }))
  expect(renderPulled(many)).toContain('3 more are left out here.')
  expect(renderPulled([{ ...image, isLoaded: true }])).toHaveLength(2)
})
