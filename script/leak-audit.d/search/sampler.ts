import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Hit } from '../places.ts'
import type { Sighting } from './sample.ts'
import type { Tokens } from './tokens.ts'

export type Sampler = {
  /** Ends the sampling and says which tokens were seen. */
  readonly stop: (tokens: Tokens) => Promise<readonly Hit[]>
}

/** Starts to look at the processes of the machine; it looks when this resolves. */
export const startSampler = async (): Promise<Sampler> => {
  const child = fork(join(import.meta.dirname, 'sample.ts'))
  await once(child, 'message')
  return {
    stop: async (tokens) => {
      child.send([...tokens.scanner.texts])
      const [sightings] = (await once(child, 'message')) as [readonly Sighting[]]
      child.disconnect()
      return sightings.flatMap(({ file, process, form }) =>
        tokens
          .waysOf([form])
          .map((way): Hit => ({ way, place: file, moment: 'build', where: process })),
      )
    },
  }
}
