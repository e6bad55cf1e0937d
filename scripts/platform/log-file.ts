import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** A log that has grown beyond this is put aside as `<name>.1` at the next start; the one before that goes. */
const ROTATE_AT_BYTES = 10 * 1024 * 1024

/** Puts a log that has grown too large aside, so that two files of bounded age are all there is. */
export function rotateLog(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size > ROTATE_AT_BYTES) renameSync(path, `${path}.1`)
}

/**
 * Opens a log for appending and hands its descriptor to `use` (to spawn a process that inherits it). Processes write
 * to their file themselves, never through a pipe of ours: so they outlive us without breaking on their next line.
 */
export function withLogFile<T>(path: string, use: (descriptor: number) => T): T {
  mkdirSync(dirname(path), { recursive: true })
  const descriptor = openSync(path, 'a', 0o600)
  try {
    return use(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** The last line in which a server tells why it could not start; empty if it told nothing. */
export function lastWords(path: string): string {
  try {
    const lines = readFileSync(path, 'utf8').split('\n')
    return lines.findLast((line) => line.trim() !== '')?.trim() ?? ''
  } catch {
    return ''
  }
}
