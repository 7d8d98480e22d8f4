import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Node } from '../cluster/node.ts'
import { execute } from '../docker/container.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import { findTargetObjection } from '../inputs/node-files.ts'

/** What a node says of files that we have put there: data, as pods may be root on a node. */
export type FilesRecord = {
  readonly target: string
  /** Of the tree. */
  readonly id: string
  /** Of the source, when it was put there; `-` where nobody could tell. */
  readonly key: string
  /** Whether the target still leads to that tree, and something is there. */
  readonly isThere: boolean
  /** Whether it is a single file. */
  readonly isFile: boolean
}

/** The name of a target's record. */
export const toRecordName = (target: string): string =>
  createHash('sha256').update(target).digest('hex').slice(0, 32)

/** Longer than any node takes that answers. */
const timeoutMs = 30_000

const script = (): string => readFileSync(new URL('./in-node/records.sh', import.meta.url), 'utf8')

const parseLine = (line: string): readonly FilesRecord[] => {
  const [there, name, version, target = '', id = '', , , key = ''] = line.split('\t')
  const isOurs =
    version === 'v1' &&
    findTargetObjection(target) === undefined &&
    name === toRecordName(target) &&
    /^[0-9a-f]{16}$/.test(id)
  const isFile = there === 'file'
  return isOurs ? [{ target, id, key, isThere: isFile || there === 'there', isFile }] : []
}

/**
 * Reads what one node has of ours.
 *
 * @throws {Failure} where the node does not answer
 */
export const readRecords = async (api: EngineApi, node: Node): Promise<readonly FilesRecord[]> => {
  const printed = await execute(api, node.name, ['/bin/bash', '-c', script()], timeoutMs)
  return printed.split('\n').flatMap(parseLine)
}
