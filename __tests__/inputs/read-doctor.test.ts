import { expect, test } from 'vitest'
import { problemsOf, read } from '../support/read.ts'

test('mode: doctor takes a step as it is, and of it only what it examines', () => {
  const step = { context: '.', tags: 'No Name', 'private-key': ' ', builder: 'mine' }
  const inputs = read({ mode: 'doctor', 'cluster-name': 'other', ...step })
  expect(inputs).toMatchObject({
    mode: 'doctor',
    clusterName: 'other',
    existingBuilder: 'mine',
    bake: undefined,
    unused: [],
  })
})

test('what it examines has to be right', () => {
  expect(problemsOf({ mode: 'doctor', 'client-id': 'Iv23li' })[0]).toContain('private-key: empty')
  expect(problemsOf({ mode: 'doktor' })[0]).toContain('doctor')
})
