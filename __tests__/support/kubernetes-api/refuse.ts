import { type Answer, refuse } from '../kubernetes/answers.ts'
import { type Kept, kindOf, type Resource } from './objects.ts'

/** An answer that is no success. */
export type Refusal = Answer

/** A resource as messages have it, such as `deployments.apps`. */
export const qualify = (resource: string): string =>
  resource === 'deployments' || resource === 'statefulsets' ? `${resource}.apps` : resource

const groupOf = (resource: string): string => (qualify(resource) === resource ? '' : 'apps')

export const forbid = (
  user: string,
  verb: string,
  resource: string,
  namespace: string,
  name: string | undefined,
): Refusal => {
  const what = name === undefined ? qualify(resource) : `${qualify(resource)} "${name}"`
  const act = `User "${user}" cannot ${verb} resource "${resource}" in API group "${groupOf(resource)}" in the namespace "${namespace}"`
  return refuse(403, 'Forbidden', `${what} is forbidden: ${act}`)
}

export const notFound = (resource: string, name: string): Refusal =>
  refuse(404, 'NotFound', `${qualify(resource)} "${name}" not found`)

const subdomain = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/
const labelName =
  /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/
const labelValue = /^(?:[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)?$/

/** What is wrong with an object's names, labels and selector; the API server checks more. */
export const findInvalid = (resource: Resource, object: Kept): Refusal | undefined => {
  const { name, labels, annotations } = object.metadata
  const wrong: string[] = []
  if (!subdomain.test(name)) wrong.push(`metadata.name: Invalid value: "${name}"`)
  for (const [key, value] of Object.entries({ ...labels, ...object.template?.labels })) {
    if (!labelName.test(key)) wrong.push(`metadata.labels: Invalid value: "${key}"`)
    if (!labelValue.test(value)) wrong.push(`metadata.labels: Invalid value: "${value}"`)
  }
  for (const key of Object.keys(annotations)) {
    if (!labelName.test(key)) wrong.push(`metadata.annotations: Invalid value: "${key}"`)
  }
  for (const [key, value] of Object.entries(object.selector ?? {})) {
    if (object.template?.labels[key] === value) continue
    wrong.push('spec.template.metadata.labels: Invalid value: `selector` does not match template')
  }
  const { kind } = kindOf(resource)
  const title = qualify(resource) === resource ? kind : `${kind}.apps`
  return wrong[0] === undefined
    ? undefined
    : refuse(422, 'Invalid', `${title} "${name}" is invalid: ${wrong[0]}`)
}
