import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { attempt } from '../../failure.ts'
import type { Env } from '../../host/command.ts'
import type { Log } from '../../host/log.ts'
import { isOwnFolder, makeOwnFolder, readOwnFile, writeOwnFile } from '../../host/own-folder.ts'
import { isRunning, type Running, startOf } from '../../host/running.ts'
import { endStrays } from '../../host/strays.ts'
import { cleanUp, isRunId, runIdState, toLeftBuilder } from '../cleanup.ts'
import { createLenient } from '../lenient.ts'
import { builderState } from '../with-builder.ts'

/** Where a run of the command line says that it is there, and what of it would have to be removed. */
type Place = { readonly tempDir: string; readonly childEnv: Env }

type Noted = Running & { readonly states: Readonly<Record<string, string>> }

const folderPattern = /^slipway-([0-9a-f]{16})-terminal$/

const toFolder = ({ tempDir }: Place, runId: string): string =>
  join(tempDir, `slipway-${runId}-terminal`)

const readNoted = (folder: string): Noted | undefined =>
  attempt(() => {
    const noted = JSON.parse(readOwnFile(folder, 'run')) as Noted
    return Number.isSafeInteger(noted.pid) && noted.pid > 0 ? noted : undefined
  })

const removeNote = (place: Place, runId: string): void =>
  rmSync(toFolder(place, runId), { recursive: true, force: true })

const builderOf = (states: Noted['states'] | undefined) =>
  toLeftBuilder(`${states?.[builderState] ?? ''}`)

/** @returns whether nothing is left; else the note stays, for the next time */
const cleanUpAfter = async (place: Place, log: Log, runId: string, noted: Noted | undefined) => {
  // On a runner, it is the runner that ends them.
  await endStrays(['docker', 'docker-buildx', 'kind'], runId)
  const builder = builderOf(noted?.states)
  const left = { isDockerThere: true, builder, cluster: undefined }
  const isDone = await cleanUp(place, log, runId, left)
  // Without a builder, what is left in Docker goes by itself.
  const isOver = isDone || (noted !== undefined && builder === undefined)
  if (isOver) removeNote(place, runId)
  return isOver
}

/** So long nobody needs between making a folder and writing into it. */
const noteMs = 60_000

/** One that is gone is not: another process has removed it meanwhile. */
const isOld = (folder: string): boolean =>
  attempt(() => Date.now() - statSync(folder).mtimeMs > noteMs) ?? false

/** Runs that are over and have not said so: they were killed. */
const findKilled = (place: Place) =>
  (attempt(() => readdirSync(place.tempDir)) ?? []).flatMap((name) => {
    const [, runId] = folderPattern.exec(name) ?? []
    if (!isRunId(runId) || !isOwnFolder(toFolder(place, runId))) return []
    const noted = readNoted(toFolder(place, runId))
    const isOver = noted === undefined ? isOld(toFolder(place, runId)) : !isRunning(noted)
    return isOver ? [{ runId, noted }] : []
  })

/**
 * Removes what this user's killed runs left.
 *
 * @returns after how many of them it has, and after how many it could not
 */
export const clean = async (place: Place, log: Log) => {
  const counts = { cleaned: 0, left: 0 }
  for (const { runId, noted } of findKilled(place)) {
    const isDone = await cleanUpAfter(place, log, runId, noted)
    counts[isDone ? 'cleaned' : 'left'] += 1
  }
  return counts
}

/** Notes what a run is about to make, so that the next one can remove it if this one is killed. */
export const beginRun = async (place: Place, log: Log) => {
  await clean(place, log)
  const states: Record<string, string> = {}
  let runId: string | undefined
  const announce = (name: string, value: string): void => {
    states[name] = value
    if (name === runIdState) runId = value
    if (runId === undefined) return
    const noted: Noted = { pid: process.pid, start: startOf(process.pid), states }
    makeOwnFolder(toFolder(place, runId))
    writeOwnFile(toFolder(place, runId), 'run', JSON.stringify(noted))
  }
  return {
    announce,
    saveState: createLenient(log)('state', announce),
    /** @param isOdd whether something may be left, as the run failed or was interrupted */
    end: async (isOdd: boolean): Promise<void> => {
      if (runId === undefined) return
      const isDone =
        !isOdd || (await cleanUpAfter(place, log, runId, { pid: 0, start: '', states }))
      // Without Docker a run fails, and has mostly made nothing in it.
      if (isDone || builderOf(states) === undefined) removeNote(place, runId)
    },
  }
}
