import type { Runtime } from '#config/runtime-file.ts'
import { type StopStep, sendSignal, stopProcess } from '#scripts/platform/stop-process.ts'

type Processes = Runtime['processes']

/** All of it, however slow each part is, so that Ctrl-C is through within 15 s. */
const TOTAL_MS = 14_500
/** Postgres gets what the others leave of the total, and this at least. */
const LEAST_FOR_POSTGRES_MS = 2_000

/**
 * Stops what runs: first what takes requests in, then what carries them out, then what they need. So nobody meets a
 * server that is gone, and work that has begun is finished or handed back.
 */
export async function stopInOrder(processes: Processes): Promise<void> {
  const deadline = performance.now() + TOTAL_MS
  const { api, worker, temporal, postgres } = processes
  if (api) await stopProcess(api, forceAfter('SIGTERM', 2_500))
  // It gives running steps 5 s and ends by itself at 8 s at the latest.
  if (worker) await stopProcess(worker, forceAfter('SIGTERM', 7_500))
  if (temporal) await stopProcess(temporal, forceAfter('SIGTERM', 2_000))
  if (postgres) {
    const leftMs = Math.max(deadline - performance.now(), LEAST_FOR_POSTGRES_MS)
    await stopProcess(postgres, [['SIGINT', leftMs - 1_000], ...forceAfter('SIGQUIT', 700)])
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
    ['SIGKILL', 300],
  ]
}
