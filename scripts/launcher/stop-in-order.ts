import type { Runtime } from '#config/runtime-file.ts'
import {
  GONE_AFTER_KILL_MS,
  STOP_ALL_MS,
  STOP_API_MS,
  STOP_POSTGRES_AT_ONCE_MS,
  STOP_POSTGRES_LEAST_MS,
  STOP_TEMPORAL_MS,
  STOP_WORKER_MS,
} from '#config/shutdown.ts'
import { type StopStep, sendSignal, stopProcess } from '#scripts/platform/stop-process.ts'

type Processes = Runtime['processes']

/**
 * Stops what runs: first what takes requests in, then what carries them out, then what they need. So nobody meets a
 * server that is gone, and work that has begun is finished or handed back. Takes `STOP_ALL_MS` at the most.
 */
export async function stopInOrder(processes: Processes): Promise<void> {
  const deadline = performance.now() + STOP_ALL_MS
  const { api, worker, temporal, postgres } = processes
  if (api) await stopProcess(api, forceAfter('SIGTERM', STOP_API_MS))
  if (worker) await stopProcess(worker, forceAfter('SIGTERM', STOP_WORKER_MS))
  if (temporal) await stopProcess(temporal, forceAfter('SIGTERM', STOP_TEMPORAL_MS))
  if (postgres) {
    const leftMs = Math.max(deadline - performance.now(), STOP_POSTGRES_LEAST_MS)
    const inOrderMs = leftMs - STOP_POSTGRES_AT_ONCE_MS - GONE_AFTER_KILL_MS
    await stopProcess(postgres, [['SIGINT', inOrderMs], ...forceAfter('SIGQUIT', STOP_POSTGRES_AT_ONCE_MS)])
  }
}

/** Ends everything now; to be used while or instead of stopping in order. Postgres recovers at its next start. */
export function stopAtOnce(processes: Processes): void {
  for (const [name, identity] of Object.entries(processes)) {
    sendSignal(identity, name === 'postgres' ? 'SIGQUIT' : 'SIGKILL')
  }
}

function forceAfter(signal: NodeJS.Signals, waitMs: number): readonly StopStep[] {
  return [
    [signal, waitMs],
    ['SIGKILL', GONE_AFTER_KILL_MS],
  ]
}
