import { defineConfig } from 'vitest/config'

/** Minutes of what `test/faults/suite.test.ts` has a short form of: `npm run test:experiments`. */
const EXPERIMENTS = 'test/faults/pre-production.test.ts'

const setupFiles = ['test/support/no-console-errors.ts']

export default defineConfig({
  test: {
    projects: [
      {
        // Pure code only: no Postgres, no Temporal. `npm run check` runs these.
        test: {
          name: 'pure',
          setupFiles,
          include: ['test/unit/**/*.test.ts', 'test/property/**/*.test.ts'],
          // Properties run by the thousand: on a busy machine that takes a while, and is no failure.
          testTimeout: 60_000,
        },
      },
      {
        // Everything that needs the real parts shares one Postgres and one Temporal server. Each file has a database and a task queue
        // of its own, so files run beside each other.
        test: {
          name: 'system',
          setupFiles,
          include: ['test/{db,workflow,replay,api,faults,explore,browser}/**/*.test.ts'],
          exclude: [EXPERIMENTS],
          globalSetup: ['test/support/system.ts'],
          // Of real time, on a machine that has other files to run.
          testTimeout: 120_000,
          hookTimeout: 240_000,
          // A machine with two cores and everything else on them takes its time.
          expect: { poll: { timeout: 60_000 } },
          maxWorkers: 3,
        },
      },
      { test: { name: 'experiments', include: [EXPERIMENTS], globalSetup: ['test/support/system.ts'] } },
    ],
  },
})
