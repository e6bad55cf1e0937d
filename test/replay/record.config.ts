import { defineConfig } from 'vitest/config'

/** `npm run replay:record` only: overwrites the histories that the replay tests stand on, so no test run includes it. */
export default defineConfig({
  test: {
    include: ['test/replay/record.ts'],
    setupFiles: ['test/support/no-console-errors.ts'],
    globalSetup: ['test/support/system.ts'],
    testTimeout: 60_000,
  },
})
