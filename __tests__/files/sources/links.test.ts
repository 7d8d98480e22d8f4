import { expect, test } from 'vitest'
import { createLinkCheck } from '../../../src/files/sources/links.ts'

const links = new Map([
  ['a/b/top', '../..'],
  ['a/b/here', '.'],
  ['a/far', 'b/top/a'],
  ['absolute', '/etc'],
])
const check = createLinkCheck((path) => links.get(path))

test.each([
  ['a/x', 'b/c'],
  ['a/x', '../y'],
  ['x', 'a/b/top/a/b/top/y'],
  ['x', 'a/far/../y'],
  ['x', 'not/there'],
])('the link %s to %s stays', (path, target) => {
  expect(() => check(path, target)).not.toThrow()
})

test.each([
  ['x', '..', 'out of the folder'],
  ['a/x', '../../y', 'out of the folder'],
  // By names alone it would stay.
  ['x', 'a/b/top/../y', 'out of the folder'],
  ['x', 'a/far/../../y', 'out of the folder'],
  ['x', 'absolute/passwd', 'out of the folder'],
  ['x', '/y', 'absolute'],
])('the link %s to %s leads out', (path, target, why) => {
  expect(() => check(path, target)).toThrow(why)
})

test('links that lead through ever more links are given up in time', () => {
  const many = createLinkCheck(() => '.')
  expect(() => {
    for (let at = 0; at < 100_000; at += 1) many('x', 'a/'.repeat(30))
  }).toThrow('too many links')
})
