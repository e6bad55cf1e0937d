import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { z } from 'zod'

const logLine = z.object({ level: z.enum(['warn', 'error', 'fatal']), msg: z.string() })

const LOOK_EVERY_MS = 300
/** Shown per window; in bad times the rest is only counted. */
const MOST_LINES = 5
const WINDOW_MS = 5_000

/**
 * Shows warnings and errors that a process writes to its log from now on. The file is read rather than the process's
 * output, so that the process does not depend on us.
 *
 * @returns a function that stops it
 */
export function followLog(name: string, path: string, say: (line: string) => void): () => void {
  const descriptor = openSync(path, 'a+')
  let position = fstatSync(descriptor).size
  let rest = ''
  const limited = limit(say, path)
  const timer = setInterval(() => {
    const text = readFrom(descriptor, position)
    position += Buffer.byteLength(text)
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const found = parse(line)
      if (found !== undefined) limited(`${name}: ${found.level}: ${found.msg}`)
    }
  }, LOOK_EVERY_MS)
  return () => {
    clearInterval(timer)
    closeSync(descriptor)
  }
}

/** Up to 64 KiB, cut at the end of a line so that no character is torn apart. */
function readFrom(descriptor: number, position: number): string {
  const buffer = Buffer.alloc(64 * 1024)
  const length = readSync(descriptor, buffer, 0, buffer.length, position)
  const end = buffer.lastIndexOf('\n', length - 1) + 1
  return buffer.toString('utf8', 0, end > 0 ? end : length)
}

function parse(line: string) {
  try {
    return logLine.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}

function limit(say: (line: string) => void, path: string): (line: string) => void {
  let windowStart = Number.NEGATIVE_INFINITY
  let shown = 0
  return (line) => {
    const now = performance.now()
    if (now - windowStart > WINDOW_MS) [windowStart, shown] = [now, 0]
    shown += 1
    if (shown <= MOST_LINES) say(line)
    else if (shown === MOST_LINES + 1) say(`... and more, see ${path}`)
  }
}
