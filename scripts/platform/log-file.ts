import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** A log that has grown beyond this is put aside as `<name>.1` at the next start; the one before that goes. */
const ROTATE_AT_BYTES = 10 * 1024 * 1024

/** Puts a log that has grown too large aside, so that two files of bounded age are all there is. */
export function rotateLog(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size > ROTATE_AT_BYTES) renameSync(path, `${path}.1`)
}

/** Begins a line that tells where a run begins. */
const START_MARK = '--- start '

/**
 * Opens a log for appending and hands its descriptor to `use` (to spawn a process that inherits it). Processes write
 * to their file themselves, never through a pipe of ours: so they outlive us without breaking on their next line.
 */
export function withLogFile<T>(path: string, use: (descriptor: number) => T): T {
  mkdirSync(dirname(path), { recursive: true })
  const descriptor = openSync(path, 'a', 0o600)
  try {
    writeSync(descriptor, `${START_MARK}${new Date().toISOString()}\n`)
    return use(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** The last line of the latest run that may tell what went wrong; empty if there is none. */
export function lastWords(path: string): string {
  try {
    const lines = readFileSync(path, 'utf8').split('\n')
    const run = lines.slice(lines.findLastIndex((line) => line.startsWith(START_MARK)) + 1)
    return run.map(complaintIn).findLast((complaint) => complaint !== '') ?? ''
  } catch {
    return ''
  }
}

/** Of JSON lines the message, if it is a warning at least; other lines as they are, but for the body of a stack trace. */
function complaintIn(line: string): string {
  try {
    const { level, msg } = JSON.parse(line) as { level?: unknown; msg?: unknown }
    return /^(warn|error|fatal)$/i.test(String(level)) ? String(msg) : ''
  } catch {
    return /^\s+at |^Node\.js v/.test(line) ? '' : line.trim()
  }
}
