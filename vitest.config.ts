import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['__tests__/**/*.test.ts'],
    globalSetup: ['__tests__/support/testbed-setup.ts'],
    reporters: ['default', './__tests__/support/summary-reporter.ts'],
    // Real engines on two cores: more workers would only wait for each other.
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 300_000,
    coverage: { include: ['src/**/*.ts'] },
  },
})
