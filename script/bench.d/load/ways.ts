import type { Way } from './way.ts'
import { actionWay } from './ways/action.ts'
import { kindWay } from './ways/kind.ts'
import { limitWay } from './ways/limit.ts'
import { saveImportWay } from './ways/save-import.ts'
import { unchangedWay } from './ways/unchanged.ts'

/** In the order of the table, and of the measurements. */
export const ways: readonly Way[] = [kindWay, saveImportWay, actionWay, unchangedWay, limitWay]
