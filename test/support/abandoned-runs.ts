import { readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isAlive } from '#config/process-identity.ts'
import { type Runtime, readRuntime } from '#config/runtime-file.ts'
import { stopProcess } from '#scripts/platform/stop-process.ts'

/** How the temporary folders of test runs are called. */
export const TEMPORARY_PREFIX = 'unicorn-store-test-'

/** Ends the servers of test runs that were killed hard, and removes their folders. */
export async function removeAbandonedRuns(): Promise<void> {
  const folders = readdirSync(tmpdir()).filter((name) => name.startsWith(TEMPORARY_PREFIX))
  for (const folder of folders.map((name) => join(tmpdir(), name))) {
    const run = runIn(folder)
    if (run === undefined || isAlive(run.launcher)) continue
    for (const leftover of Object.values(run.processes)) await stopProcess(leftover, [['SIGKILL', 5_000]])
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Undefined for a folder that another run has only just made, and for one that is not ours to read. */
function runIn(folder: string): Runtime | undefined {
  try {
    return readRuntime(folder)
  } catch {
    return undefined
  }
}
