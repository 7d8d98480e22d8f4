import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Session } from '../host/session.ts'
import { mainFile, makeStep } from '../host/step.ts'

/** Of a report, what is compared here. */
export type Report = {
  readonly totalBytes: number
  readonly packedBytes: number
  readonly isPackedExact: boolean
  readonly waste: { readonly ownBytes: number }
  readonly proof?: { readonly bytes: number; readonly passed?: boolean }
}

export type Step = { readonly seconds: number; readonly reports: readonly Report[] }

/** Starts the bundled action as the runner does, and reads its output `image-report`. */
export const runStep = async (
  session: Session,
  inputs: Readonly<Record<string, string>>,
): Promise<Step> => {
  const { temp, env } = makeStep(session.tempDir, inputs)
  const started = performance.now()
  await session.run(process.execPath, [mainFile], { env })
  const seconds = (performance.now() - started) / 1_000
  const text = readFileSync(join(temp, 'GITHUB_OUTPUT'), 'utf8')
  const json = /^image-report<<(\S+)\n([\s\S]*?)\n\1$/m.exec(text)?.[2] || '[]'
  rmSync(temp, { recursive: true, force: true })
  return { seconds, reports: JSON.parse(json) as readonly Report[] }
}

/** The report of an image that Docker has, without a load. */
export const reportAlone = async (
  session: Session,
  image: string,
  cluster: string,
): Promise<{ readonly seconds: number; readonly report: Report }> => {
  const inputs = { mode: 'report', images: image, 'cluster-name': cluster, 'image-report': 'auto' }
  const { seconds, reports } = await runStep(session, inputs)
  const [report] = reports
  if (report === undefined) throw new Error(`the step made no report of ${image}`)
  return { seconds, report }
}
