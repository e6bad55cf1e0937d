import { DefaultLogger, type LogLevel as TemporalLevel } from '@temporalio/worker'
import type { Logger } from '#config/logging.ts'

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const satisfies Record<
  TemporalLevel,
  string
>

/** Sends what the SDK, workflows and activities log to ours, as structured lines with workflow and purchase id. */
export function temporalLogger(logger: Logger): DefaultLogger {
  return new DefaultLogger('TRACE', ({ level, message, meta }) => {
    logger[LEVELS[level]]({ ...meta, ...purchaseOf(meta?.workflowId) }, message)
  })
}

function purchaseOf(workflowId: unknown): { purchaseId: string } | undefined {
  const match = typeof workflowId === 'string' ? /^(?:purchase|repair)-([0-9a-f-]{36})$/.exec(workflowId) : null
  return match?.[1] === undefined ? undefined : { purchaseId: match[1] }
}
