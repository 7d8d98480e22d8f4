import { expect, test } from 'vitest'
import { renderError } from '../../src/failure.ts'
import { explainRefusal } from '../../src/token/explain.ts'

const asked = {
  apiUrl: 'https://github.example/api/v3',
  scope: { owner: 'acme', repositories: ['api'], spellings: ['acme'] },
  permissions: { contents: 'read' },
}

const explain = (status: number, message: string): string => {
  const refusal = Object.assign(new Error(message), { status, response: { headers: {} } })
  return renderError(explainRefusal(refusal, asked, []))
}

test.each<[status: number, message: string, told: RegExp]>([
  [403, 'You have exceeded a secondary rate limit.', /no more requests of the App now.*minutes/],
  [429, 'API rate limit exceeded for app', /no more requests of the App now/],
  [
    401,
    "'Issuer' claim ('iss') must be an Integer",
    /no such client-id.*Give the App ID as app-id/,
  ],
  [401, 'A JSON web token could not be decoded', /does not accept the App's signature/],
  [403, 'This installation has been suspended', /GitHub refuses the App.*suspended/],
])('%d %s', (status, message, told) => {
  expect(explain(status, message)).toMatch(told)
})
