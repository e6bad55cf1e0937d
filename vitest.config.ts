import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Minutes of what `test/faults/suite.test.ts` has a short form of: `npm run test:experiments`. */
const EXPERIMENTS = 'test/faults/pre-production.test.ts'

/**
 * Folders whose files take longest. They begin first, so that at the end none runs alone; the pure ones, which are short, come last and fill
 * what is left.
 */
const LONGEST = ['test/faults/', 'test/browser/', 'test/explore/', 'test/workflow/']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) => {
      const index = LONGEST.findIndex((folder) => moduleId.includes(folder))
      return index < 0 ? LONGEST.length + Number(project.name === 'pure') : index
    }
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other))
  }
}

const setupFiles = ['test/support/no-console-errors.ts']

/**
 * Files at once: with as many, two cores have no time left, and with more, each test only waits longer. The same for all, or one kind would
 * wait for the others to end.
 */
const maxWorkers = 4

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    // A run has hundreds of Node processes: each module is compiled, and its types are stripped, by the first one alone.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.compile-cache') },
    projects: [
      {
        // Pure code only: no Postgres, no Temporal. `npm run check` runs these.
        test: {
          name: 'pure',
          setupFiles,
          include: ['test/unit/**/*.test.ts', 'test/property/**/*.test.ts'],
          // Properties run by the thousand: on a busy machine that takes a while, and is no failure.
          testTimeout: 120_000,
          pool: 'threads',
          maxWorkers,
        },
      },
      {
        // Everything that needs the real parts shares one Postgres and one Temporal server. Each file has a database and a task queue
        // of its own, so files run beside each other.
        test: {
          name: 'system',
          setupFiles: [...setupFiles, 'test/support/system-setup.ts'],
          include: ['test/{db,workflow,replay,api,museum,faults,explore,browser}/**/*.test.ts'],
          exclude: [EXPERIMENTS],
          globalSetup: ['test/support/system.ts'],
          // Loading the SDK of Temporal and the API anew for each file would be a sixth of the run. These tests replace no module, so the files
          // that a worker gets one after the other can share them.
          isolate: false,
          // Of real time, on a machine that has other files to run.
          testTimeout: 120_000,
          hookTimeout: 240_000,
          // A machine with two cores and everything else on them takes its time.
          expect: { poll: { timeout: 60_000 } },
          maxWorkers,
        },
      },
      { test: { name: 'experiments', include: [EXPERIMENTS], globalSetup: ['test/support/system.ts'] } },
    ],
  },
})
