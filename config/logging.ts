import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino'
import type { LogLevel } from './environment.ts'

export type { Logger }

/**
 * JSON lines on stdout: `{"level":"info","time":"2026-01-31T12:00:00.000Z","name":"worker","msg":...}`. Written
 * synchronously, so that the last lines of a process that exits are not lost.
 */
export function createLogger(
  options: { readonly name: string; readonly level: LogLevel },
  destination: DestinationStream = pino.destination(1),
): Logger {
  return pino(
    {
      name: options.name,
      level: options.level,
      base: {},
      timestamp: stdTimeFunctions.isoTime,
      serializers: { err: withoutData },
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  )
}

/**
 * What an error says of itself. Others of its members may be somebody's data: the row that violates a constraint (`detail` of Postgres),
 * the parameters of a statement; so may a cause that is no error, such as the query of a request.
 */
function withoutData(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) }
  const { name, message, stack, cause } = error
  const code = 'code' in error ? error.code : undefined
  return {
    type: name,
    message,
    stack,
    ...(code !== undefined && { code }),
    ...(cause instanceof Error && { cause: withoutData(cause) }),
  }
}
