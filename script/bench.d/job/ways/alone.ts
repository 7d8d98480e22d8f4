import { serviceNames } from '../services.ts'
import type { Way } from '../way.ts'

/** The yardstick for the disk: the same builds, with nothing loaded and nothing deleted. */
export const aloneWay: Way = {
  name: 'alone',
  title: 'the builds alone',
  fillsNodes: false,
  run: async ({ session, workspace: cwd }) => {
    for (const name of ['base-ml', ...serviceNames]) {
      await session.docker(['build', '--tag', `acme/${name}:dev`, name], { cwd })
    }
    return []
  },
}
