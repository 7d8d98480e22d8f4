import { type Session, withScope } from '../host/session.ts'
import type { Proved } from './bars.ts'
import { build } from './compare.ts'
import { runStep } from './run-step.ts'

/** Half in one log, half in many files of a cache. */
const toLines = (base: string, bytes: number, files: number): readonly string[] => {
  const half = Math.ceil(bytes / 2)
  const each = Math.ceil(half / files)
  const write = `head -c ${half} /dev/urandom`
  return [
    `FROM ${base}`,
    `RUN mkdir -p /root/.cache/pip && cd /root/.cache/pip && ${write} | split -b ${each} -a 5 -d - x`,
    `RUN ${write} >/var/log/app.log`,
  ]
}

/** Steps that report on an image that its node has, with a proof and without one, by turns. */
export const measureProof = (
  session: Session,
  base: string,
  runs: number,
  { bytes, files }: { readonly bytes: number; readonly files: number },
  cluster: string,
): Promise<Proved> =>
  withScope(session, async (scope) => {
    const images = await build(scope, 'provable', toLines(base, bytes, files))
    const inputs = { images, 'cluster-name': cluster, 'image-report': 'full' }
    await runStep(scope, inputs)
    const seconds = { with: [] as number[], without: [] as number[] }
    let removedBytes = 0
    for (let round = 1; round <= runs; round += 1) {
      const order = ['with', 'without'] as const
      for (const way of round % 2 === 0 ? order.toReversed() : order) {
        const step = await runStep(scope, way === 'with' ? { ...inputs, prove: 'true' } : inputs)
        seconds[way].push(step.seconds)
        const [report] = step.reports
        if (way === 'without' || report === undefined) continue
        if (report.proof?.passed !== true) throw new Error('the test proved nothing')
        removedBytes = report.totalBytes - report.proof.bytes
      }
    }
    return { ...seconds, removedBytes, wantedBytes: bytes }
  })
