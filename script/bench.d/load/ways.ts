import type { Way } from './way.ts'
import { actionWay, unchangedWay } from './ways/action.ts'
import { copyWay, kindApartWay } from './ways/apart.ts'
import { changedWay, streamChangedWay } from './ways/changed.ts'
import { kindWay } from './ways/kind.ts'
import { limitWay } from './ways/limit.ts'
import { registryWay } from './ways/registry.ts'
import { saveImportWay } from './ways/save-import.ts'
import { streamWay } from './ways/stream.ts'

/** In the order of the table, and of the measurements. */
export const ways: readonly Way[] = [
  kindWay,
  saveImportWay,
  registryWay,
  actionWay,
  unchangedWay,
  changedWay,
  streamWay,
  streamChangedWay,
  limitWay,
  kindApartWay,
  copyWay,
]
