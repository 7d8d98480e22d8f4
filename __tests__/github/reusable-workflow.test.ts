import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readAction } from '../../script/docs.ts'
import { expand } from '../support/runner/expressions.ts'

const workflow = parse(readFileSync('.github/workflows/kind-e2e.yml', 'utf8'))
const { inputs, secrets, outputs } = workflow.on.workflow_call
const { e2e } = workflow.jobs
const given = (id: string): Readonly<Record<string, string>> =>
  e2e.steps.find((step: { id?: string }) => step.id === id).with

/** A cluster that is not ready fails most tests, so that this one waits. */
const own = ['test', 'deploy', 'runs-on', 'timeout-minutes', 'wait']

test('its inputs are typed, described, and begin as those of the action', () => {
  const action = readAction()
  for (const [name, input] of Object.entries<Record<string, unknown>>(inputs)) {
    expect(input).toMatchObject({ type: expect.any(String), description: expect.any(String) })
    if (own.includes(name)) continue
    expect(action.inputs, name).toHaveProperty([name])
    expect(input['default'], name).toBe(action.inputs[name]?.default ?? '')
  }
})

test('each input and secret is used, and passed under its own name', () => {
  const text = JSON.stringify(workflow.jobs)
  for (const name of Object.keys(inputs)) expect(text).toContain(`\${{ inputs.${name} }}`)
  for (const name of Object.keys(secrets)) expect(text).toContain(`\${{ secrets.${name} }}`)
  for (const [name, value] of Object.entries(given('slipway'))) {
    if (value.includes('inputs.')) expect(value).toBe(`\${{ inputs.${name} }}`)
  }
})

test('its kubeconfig is a file of the job, as jobs of one user share ~/.kube/config', () => {
  expect(given('slipway')).toMatchObject({
    'create-cluster': 'true',
    kubeconfig: `\${{ runner.temp }}/kubeconfig`,
  })
})

test("jobs of a caller's matrix, with one cluster-name, keep their logs under names of their own", () => {
  const { with: kept } = e2e.steps.find((step: { name?: string }) => step.name?.includes('logs'))
  const nameIn = (id: number): string =>
    expand(kept.name, {
      ...{ inputs: { 'cluster-name': 'kind' }, strategy: { 'job-index': 0 } },
      ...{ github: { job: 'e2e', run_id: 7 }, job: { check_run_id: id } },
    })
  expect([nameIn(51), nameIn(52)]).toEqual(['cluster-logs-kind-51', 'cluster-logs-kind-52'])
})

test('its outputs are those of its steps', () => {
  const action = readAction()
  expect(Object.keys(outputs)).toEqual(Object.keys(e2e.outputs))
  for (const [name, { value }] of Object.entries<{ value: string }>(outputs)) {
    expect(action.outputs).toHaveProperty([name])
    expect(value).toBe(`\${{ jobs.e2e.outputs.${name} }}`)
    expect(e2e.outputs[name]).toMatch(/^\$\{\{ steps\.(slipway|diagnose)\.outputs\./)
  }
})

test("the action is that of the workflow's own commit, in the words of the runner", () => {
  const [, own] = e2e.steps
  expect(own.with).toMatchObject({
    repository: `\${{ job.workflow_repository }}`,
    ref: `\${{ job.workflow_sha }}`,
  })
  const uses = e2e.steps.map((step: { uses?: string }) => step.uses).filter(Boolean)
  expect(uses.filter((name: string) => name.startsWith('./'))).toEqual(
    Array(2).fill(`./${own.with.path}`),
  )
})

test('the example gives it what it takes', () => {
  const example = parse(readFileSync('examples/reusable-workflow/workflow.yml', 'utf8'))
  const call = example.jobs.e2e
  expect(call.uses).toMatch(/\/kind-e2e\.yml@v1$/)
  expect(Object.keys(call.with).filter((name) => !(name in inputs))).toEqual([])
  expect(Object.keys(call.secrets).filter((name) => !(name in secrets))).toEqual([])
})
