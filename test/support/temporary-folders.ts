import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { identify, isAlive, processIdentity, type Runtime, readRuntime } from '#config/runtime-file.ts'
import { stopProcess } from '#scripts/platform/processes.ts'

const PREFIX = 'unicorn-store-test-'
const OWNER_FILE = 'owner.json'

/** A DATA_DIR for servers that this process starts, and removes when it is done. */
export function makeTemporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), PREFIX))
  writeFileSync(join(folder, OWNER_FILE), JSON.stringify(identify(process.pid)))
  // The user that Postgres runs as has to get through; what is secret inside has its own mode.
  chmodSync(folder, 0o711)
  return folder
}

/** Ends the servers of test runs that were killed hard, and removes their folders. */
export async function removeAbandonedFolders(): Promise<void> {
  const folders = readdirSync(tmpdir()).filter((name) => name.startsWith(PREFIX))
  for (const folder of folders.map((name) => join(tmpdir(), name))) {
    if (!isAbandoned(folder)) continue
    for (const leftover of processesOf(folder)) await stopProcess(leftover, [['SIGKILL', 5_000]])
    rmSync(folder, { recursive: true, force: true })
  }
}

/** No owner on file: another run has only just made it, or it is not ours to read. */
function isAbandoned(folder: string): boolean {
  try {
    return !isAlive(processIdentity.parse(JSON.parse(readFileSync(join(folder, OWNER_FILE), 'utf8'))))
  } catch {
    return false
  }
}

/** The launcher first, so that it starts nothing again. */
function processesOf(folder: string): Runtime['launcher'][] {
  const runtime = readRuntime(folder)
  return runtime === undefined ? [] : [runtime.launcher, ...Object.values(runtime.processes)]
}
