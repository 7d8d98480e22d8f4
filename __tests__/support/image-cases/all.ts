import { cacheCases } from './caches.ts'
import type { Case } from './case.ts'
import { debianCases } from './debian-cases.ts'
import { fileCases } from './files.ts'
import { layerCases } from './layers.ts'
import { nodeCases } from './node-cases.ts'
import { pythonCases } from './python-cases.ts'
import { recipeCases } from './recipe-cases.ts'
import { secretCases } from './secrets.ts'

/** For each rule of the catalog one case or more. */
export const cases: readonly Case[] = [
  ...secretCases,
  ...fileCases,
  ...layerCases,
  ...cacheCases,
  ...debianCases,
  ...nodeCases,
  ...pythonCases,
  ...recipeCases,
]
