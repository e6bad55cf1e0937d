import { type Logger, pino, stdTimeFunctions } from 'pino'
import type { LogLevel } from './environment.ts'

export type { Logger }

/**
 * JSON lines on stdout: `{"level":"info","time":"2026-01-31T12:00:00.000Z","name":"worker","msg":...}`. Written
 * synchronously, so that the last lines of a process that exits are not lost.
 */
export function createLogger(options: { readonly name: string; readonly level: LogLevel }): Logger {
  return pino({
    name: options.name,
    level: options.level,
    base: {},
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  })
}
