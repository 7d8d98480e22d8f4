import { execFileSync } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** A docker command that gives a tag to another image at one moment, as a job beside us would. */
export type MeddlingDocker = {
  /** For the step's PATH. */
  readonly path: string
  readonly remove: () => Promise<void>
}

/**
 * @param moment the beginning of a command's arguments, such as `buildx bake --provenance`
 * @param when just before that command runs, or just after it has ended
 */
export const makeMeddlingDocker = async (
  moment: string,
  when: 'before' | 'after',
  [from, to]: readonly [from: string, to: string],
): Promise<MeddlingDocker> => {
  const folder = await mkdtemp(join(tmpdir(), 'meddling-docker-'))
  const real = execFileSync('bash', ['-c', 'type -P docker'], { encoding: 'utf8' }).trim()
  const meddle = `[[ "$*" != '${moment}'* ]] || '${real}' tag '${from}' '${to}'`
  const lines = when === 'before' ? [meddle, `exec '${real}' "$@"`] : [`'${real}' "$@"; code=$?`]
  const after = when === 'before' ? [] : [meddle, 'exit "$code"']
  await writeFile(join(folder, 'docker'), ['#!/bin/bash', ...lines, ...after, ''].join('\n'))
  await chmod(join(folder, 'docker'), 0o755)
  return {
    path: `${folder}${delimiter}${process.env['PATH']}`,
    remove: () => rm(folder, { recursive: true }),
  }
}
