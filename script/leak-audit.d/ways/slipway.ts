import { join } from 'node:path'
import { credentialsOf, runSlipway } from '../../../__tests__/support/slipway.ts'
import { buildArgsOf, tellOfMain, type Way } from './way.ts'

/** This action: it mints, builds, revokes and loads the image into a node. */
export const slipway: Way = {
  name: 'slipway',
  about: 'this action',
  run: async (stage) => {
    const run = await runSlipway(
      {
        ...credentialsOf(stage.github),
        context: stage.folder,
        file: join(stage.folder, 'Dockerfile'),
        tags: stage.tag,
        network: 'host',
        'no-cache': 'true',
        'build-args': buildArgsOf(stage).join('\n'),
        'cluster-name': stage.cluster,
      },
      { onSpawn: tellOfMain(stage, 'action') },
    )
    return [run]
  },
}
