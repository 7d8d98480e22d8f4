import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type BuildOrder, buildImage } from '../build/build-image.ts'
import { wantLayers } from '../build/layout-output.ts'
import type { Target } from '../build/target.ts'
import { attempt } from '../failure.ts'
import type { ContainerImage } from '../image/image.ts'
import type { HistoryEntry, Measured } from '../image/sizes.ts'
import type { ExportLayers } from '../load/task.ts'
import type { Ports, Run } from './ports.ts'

/** Where a builder writes the image of a target, which may be called like a folder of our own. */
export const toLayoutFolder = ({ layoutDir }: Pick<Run, 'layoutDir'>, { bake }: Target): string =>
  join(layoutDir, 'builds', bake.name)

/** Never fails: the run's own folder goes at its end. */
export const dropLayout = (folder: string): void =>
  attempt(() => rmSync(folder, { recursive: true, force: true }))

/** As Docker would tell of its own: a layer looks the same whichever image it is in. */
export const measureLayout = ({ sizeBytes, layers, layout }: ContainerImage): Measured => ({
  sizeBytes,
  history: layers
    .map(
      ({ diffId }, index): HistoryEntry => ({
        Created: 0,
        CreatedBy: diffId,
        Size: layout?.layerBytes[index] ?? 0,
      }),
    )
    .reverse(),
})

/** Has the builder write layers that were not needed when it built: all is in its cache, so no step runs again. */
export const createExportLayers =
  (order: BuildOrder, { docker, log }: Pick<Ports, 'docker' | 'log'>): ExportLayers =>
  async (diffIds) => {
    wantLayers(order.layout, diffIds)
    await buildImage(docker.command, order, () => {}, log.warning)
  }
