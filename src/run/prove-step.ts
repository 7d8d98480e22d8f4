import { closeSync } from 'node:fs'
import { proveRemoval, type TestEnd } from '../analysis/proof.ts'
import type { Removable, Removal } from '../analysis/removal.ts'
import { type ProgramEnd, runToEnd } from '../docker/run-to-end.ts'
import { renderError } from '../failure.ts'
import { openMemoryFile } from '../host/memory-file.ts'
import { toDerivedArchive } from '../image/derived/archive.ts'
import { toWhiteoutLayer } from '../image/derived/whiteouts.ts'
import type { ContainerImage } from '../image/image.ts'
import { runLabel, toHeldName } from '../ownership.ts'
import type { StepOf } from '../plan/steps.ts'
import { findImage } from './find-image.ts'
import { dropName } from './intermediates.ts'
import type { Handler, Ports } from './ports.ts'

/** The test's container, as `docker run` would make it. */
const toContainer = (image: string, { argv, names }: StepOf<'prove'>, runId: string) => ({
  Image: image,
  Entrypoint: argv.slice(0, 1),
  Cmd: argv.slice(1),
  Env: [`SLIPWAY_IMAGE=${names[0] ?? ''}`],
  Labels: { [runLabel]: runId },
  AttachStdout: true,
  AttachStderr: true,
  Healthcheck: { Test: ['NONE'] },
  // What it prints is for us alone.
  HostConfig: { LogConfig: { Type: 'none' } },
})

const linesKept = 10
const longestLine = 1_000

const toTestEnd = (end: ProgramEnd, said: readonly string[]): TestEnd => {
  if (end.kind === 'late') return end
  if (end.kind === 'not started') return { kind: 'failed', how: end.why, said: [] }
  if (end.exitCode === 0) return { kind: 'passed' }
  return { kind: 'failed', how: `exit code ${end.exitCode}`, said }
}

/** Makes an image without some findings of one that Docker has, under a name that goes with the run. */
const makeWithout = async (
  { docker: { command, engine }, run }: Ports,
  removal: Removal,
  without: readonly Removable[],
): Promise<string> => {
  const paths = without.flatMap(({ hides }) => hides)
  const layer = toWhiteoutLayer({ paths, folders: removal.folders })
  const toName = (digest: string): string => toHeldName(run.id, digest)
  const { name, archive } = toDerivedArchive(removal, layer, engine.hasContainerdStore, toName)
  // The image's config may hold what nobody should see.
  const fd = openMemoryFile(archive)
  try {
    await command.run(['image', 'load', '--quiet', '--input', '/dev/stdin'], { stdin: { fd } })
  } finally {
    closeSync(fd)
  }
  return name
}

const createTest = (
  step: StepOf<'prove'>,
  ports: Ports,
  image: ContainerImage,
  removal: Removal,
) => {
  const { docker, run } = ports
  const endMs = performance.now() + step.timeoutMs
  const runIn = async (name: string): Promise<TestEnd> => {
    const deadlineMs = endMs - performance.now()
    if (deadlineMs <= 0) return { kind: 'late' }
    const said: string[] = []
    const onLine = (line: string): void => {
      said.push(line.slice(0, longestLine))
      if (said.length > linesKept) said.shift()
    }
    const container = toContainer(name, step, run.id)
    const end = await runToEnd(docker.api, container, { deadlineMs, signal: run.signal, onLine })
    return toTestEnd(end, said)
  }
  return async (without: readonly Removable[]): Promise<TestEnd> => {
    if (without.length === 0) return runIn(image.id)
    const name = await makeWithout(ports, removal, without)
    return runIn(name).finally(() => dropName(docker.api, name))
  }
}

/** Runs the user's test in an image without its findings. That fails no step, whatever the test says. */
export const prove: Handler<'prove'> = async (step, ports) => {
  const { log, run } = ports
  const names = step.names.join(', ')
  const analysis = run.resultOf('analyse', step.report)
  const image = findImage(step.image, run)
  // Why it could not be read has been told.
  if (analysis === undefined || image === undefined) return undefined
  const { removal, totalBytes } = analysis
  if (removal === undefined) {
    log.line(`prove: ${names} has no finding whose fix only removes something, so no test ran.`)
    return undefined
  }
  try {
    return await proveRemoval(removal, totalBytes, createTest(step, ports, image, removal))
  } catch (error) {
    if (!run.signal.aborted)
      log.warning(
        `prove: cannot run the test in ${names} without its findings: ${renderError(error)}. The image is built and loaded all the same.`,
      )
    return undefined
  }
}
