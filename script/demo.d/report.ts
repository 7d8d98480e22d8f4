import { cp, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runSlipway } from '../../__tests__/support/slipway.ts'
import { baseImage, docker } from '../../__tests__/support/testbed.ts'
import { formatBytes } from '../../src/text/format.ts'
import { check, say } from './say.ts'

type Location = { readonly file: string; readonly line: number }

type Report = {
  readonly image: string
  readonly totalBytes: number
  readonly packedBytes: number
  readonly layers: readonly {
    readonly isBase: boolean
    readonly bytes: number
    readonly location?: Location
  }[]
  readonly folders: readonly { readonly path: string; readonly bytes: number }[]
  readonly findings: readonly {
    readonly rule: string
    readonly what: string
    readonly fix: string
    readonly bytes: number
    readonly location?: Location
  }[]
}

const cluster = process.env['SLIPWAY_CLUSTER'] ?? 'kind'
const nameOf = (state: string): string => `slipway-demo/${state}:dev`
const states = ['before', 'after']
const expected = ['single-stage', 'git-folder', 'virtual-environment']

/** 5.98 GB and compilers of 0.15 GB became 1.04 GB; the story's sums without its base. */
const timesSmaller = 5.9

const renderLocation = (location: Location | undefined): string =>
  location === undefined ? 'no line' : `${location.file}:${location.line}`

/** What a checkout and a day's work leave in the folder. */
const addLeavings = async (folder: string): Promise<void> => {
  const leavings: readonly (readonly [string, number])[] = [
    ...([
      ['.git/HEAD', 21],
      ['.git/objects/pack/pack-1.pack', 1_000_000],
    ] as const),
    ...([
      ['.venv/pyvenv.cfg', 40],
      ['.venv/lib/library.so', 2_000_000],
    ] as const),
  ]
  for (const [name, bytes] of leavings) {
    const file = join(folder, name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, '')
    await truncate(file, bytes)
  }
}

const ownLayersOf = ({ layers }: Report) => layers.filter(({ isBase }) => !isBase)

const ownBytesOf = (report: Report): number =>
  ownLayersOf(report).reduce((sum, { bytes }) => sum + bytes, 0)

const tell = (state: string, report: Report): void => {
  const { totalBytes, packedBytes, folders, findings } = report
  say(`\n${state}: ${formatBytes(totalBytes)}, in a registry about ${formatBytes(packedBytes)}`)
  say(`  above the base: ${formatBytes(ownBytesOf(report))}`)
  const [largest] = ownLayersOf(report).toSorted((a, b) => b.bytes - a.bytes)
  say(`  largest line: ${renderLocation(largest?.location)}, ${formatBytes(largest?.bytes ?? 0)}`)
  for (const { path, bytes } of folders) say(`    ${formatBytes(bytes).padStart(8)}  ${path}`)
  for (const { location, bytes, what, fix } of findings)
    say(`  ${renderLocation(location)}: ${what}, ${formatBytes(bytes)}\n    ${fix}`)
  if (findings.length === 0) say('  no findings')
}

/** The image of the story before and after, and what leads from one to the other. */
export const demoReport = async (): Promise<void> => {
  const workspace = await mkdtemp(join(tmpdir(), 'slipway-demo-'))
  try {
    await cp('examples/kubeflow-image', workspace, { recursive: true })
    await addLeavings(workspace)
    const builds = states.map((state) => ({
      ...{ name: state, context: '.', file: `${state}/Dockerfile`, tags: nameOf(state) },
      'build-args': `BASE=${baseImage()}`,
    }))
    const inputs = { builds: JSON.stringify(builds), 'cluster-name': cluster }
    const run = await runSlipway({ ...inputs, 'image-report': 'full' }, { github: { workspace } })
    if (run.exitCode !== 0) say(run.log)
    const reports = JSON.parse(run.outputs['image-report'] || '[]') as readonly Report[]
    const [before, after] = states.map((state) =>
      reports.find(({ image }) => image === nameOf(state)),
    )
    if (before !== undefined) tell('Before', before)
    if (after !== undefined) tell('After', after)
    const found = (report: Report | undefined): readonly string[] =>
      report?.findings.map(({ rule }) => rule) ?? []
    say('\nWhat this proved:')
    check(run.exitCode === 0 && run.postExitCode === 0, 'the step and its post succeeded')
    const isFound = expected.every((rule) => found(before).includes(rule))
    check(isFound, 'before: compilers, .git and .venv are found')
    const isGone = after !== undefined && !expected.some((rule) => found(after).includes(rule))
    check(isGone, 'after: none of them is left')
    const times = before && after ? ownBytesOf(before) / ownBytesOf(after) : 0
    const isStory = Math.abs(times - timesSmaller) < 0.2
    check(isStory, `above the base, ${times.toFixed(1)} times smaller, as in the story`)
    await run.dispose()
  } finally {
    await docker('image', 'rm', '--force', ...states.map(nameOf))
    await rm(workspace, { recursive: true, force: true })
  }
}
