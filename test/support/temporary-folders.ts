import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { identify, isAlive, processIdentity, type Runtime, readRuntime } from '#config/runtime-file.ts'
import { stopProcess } from '#scripts/platform/processes.ts'

const PREFIX = 'unicorn-store-test-'
const OWNER_FILE = 'owner.json'

/** Of Linux: files that are never on a disk. Programs in it cannot be run everywhere. */
const MEMORY = '/dev/shm'
const ROOM_BYTES = 3 * 1024 ** 3

/**
 * A DATA_DIR for servers that this process starts, and removes when it is done.
 *
 * @param options.inMemory where there is room, which containers often lack: a database is created in a tenth of the time
 */
export function makeTemporaryFolder({ inMemory = false } = {}): string {
  const folder = mkdtempSync(join(inMemory && hasRoom() ? MEMORY : tmpdir(), PREFIX))
  writeFileSync(join(folder, OWNER_FILE), JSON.stringify(identify(process.pid)))
  // The user that Postgres runs as has to get through; what is secret inside has its own mode.
  chmodSync(folder, 0o711)
  return folder
}

/** Ends the servers of test runs that were killed hard, and removes their folders. */
export async function removeAbandonedFolders(): Promise<void> {
  for (const folder of [...foldersIn(tmpdir()), ...foldersIn(MEMORY)]) {
    if (!isAbandoned(folder)) continue
    for (const leftover of processesOf(folder)) await stopProcess(leftover, [['SIGKILL', 5_000]])
    rmSync(folder, { recursive: true, force: true })
  }
}

function foldersIn(parent: string): string[] {
  if (!existsSync(parent)) return []
  return readdirSync(parent).flatMap((name) => (name.startsWith(PREFIX) ? [join(parent, name)] : []))
}

function hasRoom(): boolean {
  if (!existsSync(MEMORY)) return false
  const { bavail, bsize } = statfsSync(MEMORY)
  return bavail * bsize > ROOM_BYTES
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
