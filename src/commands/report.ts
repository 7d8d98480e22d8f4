import type { ReportDepth } from '../analysis/analyse.ts'
import type { Log } from '../host/log.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { toFailure } from '../report/failures.ts'
import { compareImages } from '../report/image-growth.ts'
import { checkImageLimits } from '../report/image-limits.ts'
import { analyseElsewhere, type Look } from '../run/analyse-elsewhere.ts'
import { runJobs } from '../run/scheduler.ts'
import { refuseUnknownNames } from './remarks.ts'
import type { Result } from './run.ts'

type Place = Pick<Look, 'runId' | 'layoutDir' | 'env'>

/** Nothing is built, so there is nothing to compare with. */
const nothingBefore = { ofDefaultBranch: undefined, ofBranch: undefined }

/** Looks at images one after another, and goes on where one of them cannot be read. */
export const report = async (
  { reported, imageReport, imageLimits, clusterName }: Inputs,
  { runId, layoutDir, env }: Place,
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
): Promise<Result> => {
  refuseUnknownNames(
    imageLimits,
    reported.map(({ given }) => given),
  )
  const depth: ReportDepth = imageReport === 'full' ? 'full' : 'auto'
  const steps = reported.map((image) => ({
    ...({ kind: 'analyse', id: `report ${image.given}`, names: [image.given], depth } as const),
    ...({ needs: [], after: [], lane: 'report', isFinal: false } as const),
    ...{ nodeImage: undefined, loaded: undefined, target: undefined, asksForGpu: undefined },
    image: { kind: 'elsewhere', image } as const,
  }))
  const look = { runId, layoutDir, env, clusterName, depth, signal }
  const outcomes = await runJobs(steps, {
    limits: [{ lanes: ['report'], most: 1 }],
    isEnded: () => signal.aborted,
    run: async (step) => {
      log.line(`Reading ${step.image.image.given}`)
      return analyseElsewhere(step.image.image, steps.indexOf(step), look)
    },
    onEnd: () => {},
  })
  const done = { outcomes, reclaimed: [] }
  const compared = compareImages(done, [], nothingBefore)
  const excesses = checkImageLimits(compared, imageLimits)
  const failure = signal.aborted ? signal.reason : toFailure(done)
  const history = { targets: [], before: [] }
  return { kind: 'run', report: done, history, nodeFiles: [], compared, excesses, failure }
}
