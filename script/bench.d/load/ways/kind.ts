import type { Way } from '../way.ts'

export const kindWay: Way = {
  name: 'kind',
  title: 'kind load docker-image',
  fillsNodes: true,
  load: async ({ session, image, nodes }) => {
    // Its archive in the temp folder stays behind when it is interrupted: let it be in ours.
    const env = { TMPDIR: session.tempDir }
    await session.run('kind', ['load', 'docker-image', image.ref, '--name', nodes.cluster], { env })
    return {}
  },
}
