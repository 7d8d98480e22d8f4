import { expect, test } from 'vitest'
import { parseRoute } from '../../src/registry/route.ts'

const repository = '0123456789abcdef0123456789abcdef'
const digest = `sha256:${'a'.repeat(64)}`
const id = '01234567-89ab-cdef-0123-456789abcdef'

test.each([
  ['/v2/', { kind: 'base' }],
  ['/v2', { kind: 'base' }],
  [`/v2/${repository}/manifests/image`, { kind: 'manifest', reference: 'image' }],
  [`/v2/${repository}/manifests/${digest}`, { kind: 'manifest', reference: digest }],
  [`/v2/${repository}/blobs/${digest}`, { kind: 'blob', digest }],
  [`/v2/${repository}/blobs/uploads/`, { kind: 'uploads' }],
  [`/v2/${repository}/blobs/uploads`, { kind: 'uploads' }],
  [`/v2/${repository}/blobs/uploads/${id}`, { kind: 'upload', id }],
])('%s is a path of the API', (path, route) => {
  expect(parseRoute(path, repository)).toEqual(route)
})

test.each([
  ['/v2/other/manifests/image', 'foreign'],
  [`/v2/${repository.slice(1)}/blobs/${digest}`, 'foreign'],
  [`/v2/${repository}/manifests/`, 'unknown'],
  [`/v2/${repository}/manifests/../../etc/passwd`, 'unknown'],
  [`/v2/${repository}/manifests/..`, 'unknown'],
  [`/v2/${repository}/manifests/${'a'.repeat(129)}`, 'unknown'],
  [`/v2/${repository}/blobs/sha256:${'A'.repeat(64)}`, 'unknown'],
  [`/v2/${repository}/blobs/sha256:..%2f..%2fetc`, 'unknown'],
  [`/v2/${repository}/blobs/${digest}/more`, 'unknown'],
  [`/v2/${repository}/blobs/uploads/../x`, 'unknown'],
  [`/v2/${repository}/blobs/uploads/${id}/more`, 'unknown'],
  [`/v2/${repository}/tags/list`, 'unknown'],
  ['/', 'unknown'],
  [`/v1/${repository}/manifests/image`, 'unknown'],
])('%s is none that it has: %s', (path, kind) => {
  expect(parseRoute(path, repository).kind).toBe(kind)
})
