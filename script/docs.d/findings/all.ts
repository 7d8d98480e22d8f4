import { pythonCachePages } from './caches-python.ts'
import { systemCachePages } from './caches-system.ts'
import { checkoutPages } from './checkout.ts'
import { contextPages } from './context.ts'
import { copyPages } from './copies.ts'
import { cudaPages } from './cuda.ts'
import { filePages } from './files.ts'
import { hintPages } from './hints.ts'
import { nodePages } from './node.ts'
import type { FindingPages } from './page.ts'
import { pythonPages } from './python.ts'
import { recipePages } from './recipe.ts'
import { secretPages } from './secrets.ts'

/** What is written by hand of the rules of the image report. */
export const findingPages: FindingPages = {
  ...secretPages,
  ...filePages,
  ...checkoutPages,
  ...hintPages,
  ...systemCachePages,
  ...pythonCachePages,
  ...nodePages,
  ...copyPages,
  ...recipePages,
  ...contextPages,
  ...pythonPages,
  ...cudaPages,
}
