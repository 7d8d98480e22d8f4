import { test } from 'vitest'

/** A test of what only root may do. Others skip it; `script/test` runs as root. */
export const rootTest = test.skipIf(process.getuid?.() !== 0)
