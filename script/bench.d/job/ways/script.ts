import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Way } from '../way.ts'

const script = fileURLToPath(new URL('build-load-delete.sh', import.meta.url))

/** The story's own. */
export const scriptWay: Way = {
  name: 'script',
  title: "the story's script",
  fillsNodes: true,
  run: async ({ session, nodes, workspace, dataFolder }) => {
    // kind writes its archive here: on a runner that is the disk on which Docker's data is, too.
    const temp = join(dataFolder, 'job-temp')
    await mkdir(temp, { recursive: true })
    const env = { TMPDIR: temp }
    await session.run('bash', [script, nodes.cluster], { env, cwd: workspace })
    return []
  },
}
