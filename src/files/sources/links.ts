import { Failure } from '../../failure.ts'
import { toLine } from '../../text/to-line.ts'

/** A name as it may be shown, whoever wrote it. */
export const show = (name: string): string => `"${toLine(name, 100)}"`

/** As Linux. */
const mostFollowed = 40

/** Links may lead through links; all of them together should not take for ever. */
const mostSteps = 2_000_000

/**
 * Follows links as the kernel would that finds the tree on a node: `..` goes up from where a link has led,
 * so that names alone do not tell where it ends.
 *
 * @param findTarget where the link at a path leads; undefined for what is no link
 * @returns a check, which fails for what leads out of the tree or nowhere
 */
export const createLinkCheck = (findTarget: (path: string) => string | undefined) => {
  let steps = 0
  return (link: string, target: string): void => {
    const refuse = (why: string): Failure =>
      new Failure(`The link ${show(link)} leads to ${show(target)}, ${why}`)
    if (target === '') throw refuse('which is nowhere')
    if (target.startsWith('/')) throw refuse('which is absolute')
    const at = link.split('/').slice(0, -1)
    const waiting = target.split('/').reverse()
    let followed = 0
    for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
      steps += 1
      if (steps > mostSteps) throw new Failure('Its links lead through too many links')
      if (part === '' || part === '.') continue
      if (part === '..') {
        if (at.pop() === undefined) throw refuse('which is out of the folder')
        continue
      }
      at.push(part)
      const next = findTarget(at.join('/'))
      if (next === undefined) continue
      followed += 1
      if (followed > mostFollowed) throw refuse('which leads round in a circle')
      if (next.startsWith('/')) throw refuse('which is out of the folder')
      at.pop()
      waiting.push(...next.split('/').reverse())
    }
  }
}
