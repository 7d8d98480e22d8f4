import type { Facts } from '../facts/facts.ts'
import type { ToLoad, ToReport } from './loads.ts'
import { type Step, toStep } from './steps.ts'
import type { StepId } from './work.ts'

/** Each is unpacked as far as nodes lack it, and loaded from there. */
export const planArchives = (
  { archived, nodes }: Facts,
  toLoad: ToLoad,
  toReport: ToReport,
  room: readonly StepId[],
): readonly Step[] =>
  archived.flatMap((packed) => {
    const { references } = packed
    const id = `unpack ${references.map(({ given }) => given).join(', ')}`
    const own = { kind: 'unpack-archive', packed, nodes } as const
    const unpack = toStep(id, own, { needs: room, lane: 'pull' })
    const source = { kind: 'unpacked', by: id } as const
    const load = toLoad(references, source, [id])
    return [unpack, load, ...toReport(references, source, [id], load.id)]
  })
