import { expect, test } from 'vitest'
import type { StepOf } from '../../src/plan/steps.ts'
import { analyse } from '../../src/run/analyse-step.ts'
import type { Ports } from '../../src/run/ports.ts'
import { foundFacts } from '../support/found.ts'
import { imageOf } from '../support/outcomes.ts'

/** Ports whose Docker makes no container. */
const createPorts = (signal: AbortSignal) => {
  const warnings: string[] = []
  const refuse = async (): Promise<never> => {
    throw new Error('no space left on device')
  }
  const ports = {
    docker: {
      api: { get: refuse, post: refuse, remove: refuse, attach: refuse, download: refuse },
      engine: foundFacts.engine,
    },
    log: { warning: (message: string) => warnings.push(message) },
    run: { id: 'r', signal },
  } as unknown as Ports
  return { ports, warnings }
}

const step = {
  kind: 'analyse',
  names: ['api:dev'],
  depth: 'auto',
  nodeImage: 'sha256:n',
  image: { kind: 'local', image: imageOf('api:dev') },
} as unknown as StepOf<'analyse'>

test('an image that cannot be read fails no step: a warning says why', async () => {
  const { ports, warnings } = createPorts(new AbortController().signal)
  expect(await analyse(step, ports)).toBeUndefined()
  expect(warnings).toEqual([
    expect.stringMatching(
      /^image-report: cannot read the layers of api:dev: no space left on device\. .*image-report: false/,
    ),
  ])
})

test('a step that is cancelled says nothing of it', async () => {
  const { ports, warnings } = createPorts(AbortSignal.abort())
  expect(await analyse(step, ports)).toBeUndefined()
  expect(warnings).toEqual([])
})
