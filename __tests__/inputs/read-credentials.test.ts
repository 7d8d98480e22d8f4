import { expect, test } from 'vitest'
import { readApiUrl } from '../../src/inputs/read-credentials.ts'
import { createReader } from '../../src/inputs/reader.ts'
import { run } from '../support/read.ts'

const read = (url: string): { readonly url: string; readonly problems: readonly unknown[] } => {
  const problems: unknown[] = []
  const reader = createReader({ 'github-api-url': url }, (...each) => problems.push(each), run)
  return { url: readApiUrl(reader), problems }
}

test.each([
  ['', 'https://api.github.com'],
  ['https://ghe.example/api/v3/', 'https://ghe.example/api/v3'],
  ['HTTPS://GHE.example/api/v3', 'https://ghe.example/api/v3'],
  ['http://localhost:8080', 'http://localhost:8080'],
  ['http://127.0.0.1:8080/api', 'http://127.0.0.1:8080/api'],
  ['http://127.255.3.4', 'http://127.255.3.4'],
  // As a browser and as fetch read it.
  ['http://127.1', 'http://127.0.0.1'],
  ['http://[::1]:3000/', 'http://[::1]:3000'],
  // A full width dot is one, and this is what it leads to.
  ['http://127。0。0。1', 'http://127.0.0.1'],
])('%j is %j', (given, url) => {
  expect(read(given)).toEqual({ url, problems: [] })
})

test.each([
  'http://github.example',
  'http://127.evil.example',
  'http://127.0.0.1.evil.example',
  'http://localhost.evil.example',
  'http://localhostile.example',
  'http://[::1].evil.example',
  'http://[::2]',
  'http://128.0.0.1',
  'http://0.0.0.0',
  'http://127.0.0.1@evil.example',
  'http://user:secret@localhost',
  'https://user:secret@ghe.example',
  'https://token@ghe.example',
  'https://ghe.example/?x=1',
  'https://ghe.example/#x',
  'ftp://localhost',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'ws://localhost',
  'https://',
  '//ghe.example',
  'ghe.example/api/v3',
])('%j is refused', (given) => {
  const { problems } = read(given)
  expect(problems).toEqual([expect.arrayContaining(['github-api-url'])])
  expect(JSON.stringify(problems)).not.toMatch(/secret|token@/)
})
