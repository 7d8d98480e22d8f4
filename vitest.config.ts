import { defineConfig } from 'vitest/config'
import { SlowestFirst } from './__tests__/support/slowest-first.ts'

export default defineConfig({
  test: {
    reporters: ['default', './__tests__/support/summary-reporter.ts'],
    // Real engines on two cores: more workers would only wait for each other.
    maxWorkers: 2,
    sequence: { sequencer: SlowestFirst },
    // Longer than what a test waits for in all, on a slow machine with another worker: `eventually` and barriers
    // give up earlier, and say for what.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    coverage: { include: ['src/**/*.ts'] },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // They share nothing, so a process need not be begun for each file.
          isolate: false,
          include: ['__tests__/**/*.test.ts'],
          exclude: ['__tests__/scenarios/**'],
          // A test that asks an engine belongs to the scenarios, also on a machine that has one.
          env: { DOCKER_HOST: 'unix:///no-engine-for-unit-tests' },
        },
      },
      {
        extends: true,
        test: {
          name: 'scenarios',
          include: ['__tests__/scenarios/**/*.test.ts'],
          setupFiles: ['__tests__/support/failed-runs.ts'],
          globalSetup: ['__tests__/support/testbed-setup.ts'],
        },
      },
    ],
  },
})
