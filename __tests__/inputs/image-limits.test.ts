import { describe, expect, test } from 'vitest'
import { problemsOf, read } from '../support/read.ts'

const build = { context: '.', tags: 'api:dev' }

test('without limits nothing is looked into', () => {
  const { imageReport, imageLimits } = read({ ...build, 'image-report': 'false' })
  expect(imageReport).toBe('false')
  expect(imageLimits).toEqual({ size: [], growth: [], isWarning: false })
})

test('limits of all images and of one, of their files and of what a registry has', () => {
  const given = {
    'image-size-limit': '2GB\nacme/api:dev=500 MB compressed',
    'image-growth-limit': '5%, ghcr.io/acme/web=1.5GiB',
    'image-limit-action': 'warning',
  }
  const { imageReport, imageLimits } = read({ ...build, ...given, 'image-report': 'false' })
  expect(imageReport).toBe('auto')
  const none = { image: undefined, bytes: undefined, percent: undefined, isPacked: false }
  expect(imageLimits).toEqual({
    size: [
      { ...none, given: '2GB', bytes: 2e9 },
      {
        ...{ given: 'acme/api:dev=500 MB compressed', image: 'acme/api:dev' },
        ...{ bytes: 5e8, percent: undefined, isPacked: true },
      },
    ],
    growth: [
      { ...none, given: '5%', percent: 5 },
      {
        ...{ ...none, given: 'ghcr.io/acme/web=1.5GiB' },
        ...{ image: 'ghcr.io/acme/web', bytes: 1_610_612_736 },
      },
    ],
    isWarning: true,
  })
})

test.each([
  ['image-size-limit', '5 gigs'],
  ['image-size-limit', '5%'],
  ['image-size-limit', '2'],
  ['image-size-limit', '0GB'],
  ['image-size-limit', '-2GB'],
  ['image-size-limit', 'api:2GB'],
  ['image-growth-limit', 'five percent'],
  ['image-growth-limit', '5% packed'],
])('%s does not take %s', (input, value) => {
  const problems = problemsOf({ ...build, [input]: value }).join('\n')
  expect(problems).toContain(`${input} ("${value}"): not a limit. Write `)
})

describe('a comment', () => {
  const off = { ...build, 'image-report': 'false' }
  const raw = { ...off, comment: 'true', 'comment-token': 'ghs_x' }
  const report = { mode: 'report', images: 'a:1', comment: 'true', 'comment-token': 'ghs_x' }

  test('turns the report on, with mode: report as well, and its token is none of the build', () => {
    for (const given of [raw, report]) {
      const { imageReport, comment, secrets, credentials } = read(given)
      const kinds = [imageReport, String(comment?.token), secrets.length, credentials.kind]
      expect(kinds).toEqual(['auto', '***', 0, 'none'])
    }
    expect(read({ ...raw, 'image-report': 'full' }).imageReport).toBe('full')
    // The runner passes the token in any case.
    const { imageReport, comment } = read({ ...off, 'comment-token': 'ghs_x' })
    expect([imageReport, comment]).toEqual(['false', undefined])
    expect(read({ mode: 'diagnose', 'comment-token': 'ghs_x' }).unused).toEqual([])
  })

  test('needs one token, but where there are no secrets', () => {
    expect(problemsOf({ ...raw, 'comment-token': '' })[0]).toMatch(/^- comment-token: empty/)
    expect(problemsOf({ ...raw, 'comment-token': 'a b' })[0]).toMatch(/white space/)
    expect(problemsOf({ ...raw, comment: 'yes' })[0]).toMatch(/^- comment \("yes"\): not a boolean/)
    const trigger = { event: 'pull_request', isFork: true, isDependabot: false }
    expect(problemsOf({ ...raw, 'comment-token': '' }, { trigger })).toEqual([])
  })
})
